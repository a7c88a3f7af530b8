//! Natural order of names: `demo_2` before `demo_10`.

use std::cmp::Ordering;

/// Compares two names as people do: runs of digits by value; equal values by the text itself, so that the order is
/// total.
#[must_use]
pub fn natural_cmp(left: &str, right: &str) -> Ordering {
    alphanumeric_sort::compare_str(left, right).then_with(|| left.cmp(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_count_by_value() {
        for (left, right) in [("demo_2", "demo_10"), ("a", "b"), ("2024-05-01_a", "2024-05-01_b")] {
            assert_eq!(natural_cmp(left, right), Ordering::Less, "{left} {right}");
            assert_eq!(natural_cmp(right, left), Ordering::Greater, "{right} {left}");
        }
        assert_eq!(natural_cmp("a", "a"), Ordering::Equal);
    }
}
