//! The functions that a query can call. The engine knows more under other names of the same.

/// What a function is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FunctionKind {
    /// One value from many rows.
    Aggregate,
    /// A value from other rows of a window.
    Window,
    /// Anything that looks at one row.
    Plain,
}

/// A function: name, how it is called, what it is for.
pub(super) struct SqlFunction {
    pub(super) name: &'static str,
    pub(super) call: &'static str,
    pub(super) kind: FunctionKind,
}

const fn function(name: &'static str, call: &'static str, kind: FunctionKind) -> SqlFunction {
    SqlFunction { name, call, kind }
}

use FunctionKind::{Aggregate, Plain, Window};

/// All of them, by kind and name.
pub(super) const FUNCTIONS: &[SqlFunction] = &[
    function("avg", "avg(number)", Aggregate),
    function("count", "count(*) or count(x)", Aggregate),
    function("max", "max(x)", Aggregate),
    function("median", "median(number)", Aggregate),
    function("min", "min(x)", Aggregate),
    function("sum", "sum(number)", Aggregate),
    function("array_agg", "array_agg(x)", Aggregate),
    function("bool_and", "bool_and(condition)", Aggregate),
    function("bool_or", "bool_or(condition)", Aggregate),
    function("corr", "corr(a, b)", Aggregate),
    function("covar_pop", "covar_pop(a, b)", Aggregate),
    function("covar_samp", "covar_samp(a, b)", Aggregate),
    function("first", "first(x ORDER BY y)", Aggregate),
    function("last", "last(x ORDER BY y)", Aggregate),
    function("grouping", "grouping(x)", Aggregate),
    function("percentile_cont", "percentile_cont(0.95) WITHIN GROUP (ORDER BY x)", Aggregate),
    function("quantile_cont", "quantile_cont(number, 0.95)", Aggregate),
    function("regr_slope", "regr_slope(y, x)", Aggregate),
    function("regr_intercept", "regr_intercept(y, x)", Aggregate),
    function("regr_r2", "regr_r2(y, x)", Aggregate),
    function("regr_count", "regr_count(y, x)", Aggregate),
    function("stddev", "stddev(number)", Aggregate),
    function("stddev_pop", "stddev_pop(number)", Aggregate),
    function("stddev_samp", "stddev_samp(number)", Aggregate),
    function("string_agg", "string_agg(text, ', ' ORDER BY x)", Aggregate),
    function("var_pop", "var_pop(number)", Aggregate),
    function("var_samp", "var_samp(number)", Aggregate),
    function("variance", "variance(number)", Aggregate),
    function("cume_dist", "cume_dist() OVER (ORDER BY …)", Window),
    function("dense_rank", "dense_rank() OVER (ORDER BY …)", Window),
    function("first_value", "first_value(x) OVER (ORDER BY …)", Window),
    function("lag", "lag(x, n, otherwise) OVER (ORDER BY …)", Window),
    function("last_value", "last_value(x) OVER (ORDER BY …)", Window),
    function("lead", "lead(x, n, otherwise) OVER (ORDER BY …)", Window),
    function("nth_value", "nth_value(x, n) OVER (ORDER BY …)", Window),
    function("ntile", "ntile(n) OVER (ORDER BY …)", Window),
    function("percent_rank", "percent_rank() OVER (ORDER BY …)", Window),
    function("rank", "rank() OVER (ORDER BY …)", Window),
    function("row_number", "row_number() OVER (ORDER BY …)", Window),
    function("abs", "abs(number)", Plain),
    function("acos", "acos(x)", Plain),
    function("array_length", "array_length(list)", Plain),
    function("array_to_string", "array_to_string(list, ', ')", Plain),
    function("asin", "asin(x)", Plain),
    function("atan", "atan(x)", Plain),
    function("atan2", "atan2(y, x)", Plain),
    function("bit_length", "bit_length(text)", Plain),
    function("btrim", "btrim(text)", Plain),
    function("cbrt", "cbrt(number)", Plain),
    function("ceil", "ceil(number)", Plain),
    function("ceiling", "ceiling(number)", Plain),
    function("char_length", "char_length(text)", Plain),
    function("coalesce", "coalesce(a, b, …)", Plain),
    function("concat", "concat(a, b, …)", Plain),
    function("concat_ws", "concat_ws(', ', a, b)", Plain),
    function("contains", "contains(text, part)", Plain),
    function("cos", "cos(x)", Plain),
    function("cosh", "cosh(x)", Plain),
    function("cot", "cot(x)", Plain),
    function("date", "date(text)", Plain),
    function("date_bin", "date_bin(INTERVAL '5 minutes', time)", Plain),
    function("date_part", "date_part('hour', time)", Plain),
    function("date_trunc", "date_trunc('minute', time)", Plain),
    function("degrees", "degrees(x)", Plain),
    function("div", "div(a, b)", Plain),
    function("ends_with", "ends_with(text, end)", Plain),
    function("exp", "exp(number)", Plain),
    function("floor", "floor(number)", Plain),
    function("greatest", "greatest(a, b, …)", Plain),
    function("ifnull", "ifnull(x, otherwise)", Plain),
    function("initcap", "initcap(text)", Plain),
    function("least", "least(a, b, …)", Plain),
    function("left", "left(text, n)", Plain),
    function("length", "length(text)", Plain),
    function("levenshtein", "levenshtein(a, b)", Plain),
    function("ln", "ln(number)", Plain),
    function("log", "log(base, number)", Plain),
    function("log10", "log10(number)", Plain),
    function("log2", "log2(number)", Plain),
    function("lower", "lower(text)", Plain),
    function("lpad", "lpad(text, n, ' ')", Plain),
    function("ltrim", "ltrim(text)", Plain),
    function("mod", "mod(a, b)", Plain),
    function("nullif", "nullif(a, b)", Plain),
    function("octet_length", "octet_length(text)", Plain),
    function("pi", "pi()", Plain),
    function("pow", "pow(x, y)", Plain),
    function("power", "power(x, y)", Plain),
    function("radians", "radians(x)", Plain),
    function("regexp_count", "regexp_count(text, 'pattern')", Plain),
    function("regexp_like", "regexp_like(text, 'pattern')", Plain),
    function("regexp_replace", "regexp_replace(text, 'pattern', 'with')", Plain),
    function("repeat", "repeat(text, n)", Plain),
    function("replace", "replace(text, 'from', 'to')", Plain),
    function("reverse", "reverse(text)", Plain),
    function("right", "right(text, n)", Plain),
    function("round", "round(number, digits)", Plain),
    function("rpad", "rpad(text, n, ' ')", Plain),
    function("rtrim", "rtrim(text)", Plain),
    function("sign", "sign(number)", Plain),
    function("sin", "sin(x)", Plain),
    function("sinh", "sinh(x)", Plain),
    function("split_part", "split_part(text, '/', 1)", Plain),
    function("sqrt", "sqrt(number)", Plain),
    function("starts_with", "starts_with(text, begin)", Plain),
    function("strftime", "strftime(time, '%H:%M')", Plain),
    function("strpos", "strpos(text, part)", Plain),
    function("strptime", "strptime(text, '%Y-%m-%d')", Plain),
    function("substr", "substr(text, from, n)", Plain),
    function("tan", "tan(x)", Plain),
    function("tanh", "tanh(x)", Plain),
    function("timestamp", "timestamp(text)", Plain),
    function("to_char", "to_char(time, '%H:%M')", Plain),
    function("to_timestamp", "to_timestamp(text)", Plain),
    function("to_unixtime", "to_unixtime(time)", Plain),
    function("translate", "translate(text, 'abc', 'xyz')", Plain),
    function("trunc", "trunc(number)", Plain),
    function("upper", "upper(text)", Plain),
];

/// Whether there is a function of this name, in any case.
pub(super) fn is_function(name: &str) -> bool {
    FUNCTIONS.iter().any(|function| function.name.eq_ignore_ascii_case(name))
}

/// The names of all functions.
pub(super) fn function_names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| function.name)
}
