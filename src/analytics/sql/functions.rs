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
    function("corr", "corr(a, b)", Aggregate),
    function("covar_pop", "covar_pop(a, b)", Aggregate),
    function("covar_samp", "covar_samp(a, b)", Aggregate),
    function("first", "first(x)", Aggregate),
    function("last", "last(x)", Aggregate),
    function("quantile_cont", "quantile_cont(number, 0.95)", Aggregate),
    function("quantile_disc", "quantile_disc(number, 0.95)", Aggregate),
    function("stddev", "stddev(number)", Aggregate),
    function("stddev_samp", "stddev_samp(number)", Aggregate),
    function("string_agg", "string_agg(text, ', ')", Aggregate),
    function("total", "total(number)", Aggregate),
    function("var_samp", "var_samp(number)", Aggregate),
    function("variance", "variance(number)", Aggregate),
    function("dense_rank", "dense_rank() OVER (ORDER BY …)", Window),
    function("first_value", "first_value(x) OVER (ORDER BY …)", Window),
    function("lag", "lag(x, n) OVER (ORDER BY …)", Window),
    function("last_value", "last_value(x) OVER (ORDER BY …)", Window),
    function("lead", "lead(x, n) OVER (ORDER BY …)", Window),
    function("rank", "rank() OVER (ORDER BY …)", Window),
    function("row_number", "row_number() OVER (ORDER BY …)", Window),
    function("abs", "abs(number)", Plain),
    function("acos", "acos(x)", Plain),
    function("acosd", "acosd(x)", Plain),
    function("asin", "asin(x)", Plain),
    function("asind", "asind(x)", Plain),
    function("atan", "atan(x)", Plain),
    function("atan2", "atan2(y, x)", Plain),
    function("atan2d", "atan2d(y, x)", Plain),
    function("atand", "atand(x)", Plain),
    function("bit_and", "bit_and(a, b)", Plain),
    function("bit_length", "bit_length(text)", Plain),
    function("bit_not", "bit_not(a)", Plain),
    function("bit_or", "bit_or(a, b)", Plain),
    function("bit_xor", "bit_xor(a, b)", Plain),
    function("cbrt", "cbrt(number)", Plain),
    function("ceil", "ceil(number)", Plain),
    function("ceiling", "ceiling(number)", Plain),
    function("char_length", "char_length(text)", Plain),
    function("coalesce", "coalesce(a, b, …)", Plain),
    function("concat", "concat(a, b, …)", Plain),
    function("concat_ws", "concat_ws(', ', a, b)", Plain),
    function("cos", "cos(x)", Plain),
    function("cosd", "cosd(x)", Plain),
    function("cot", "cot(x)", Plain),
    function("cotd", "cotd(x)", Plain),
    function("date", "date(text)", Plain),
    function("date_part", "date_part('hour', time)", Plain),
    function("degrees", "degrees(x)", Plain),
    function("div", "div(a, b)", Plain),
    function("ends_with", "ends_with(text, end)", Plain),
    function("exp", "exp(number)", Plain),
    function("floor", "floor(number)", Plain),
    function("greatest", "greatest(a, b, …)", Plain),
    function("if", "if(condition, a, b)", Plain),
    function("ifnull", "ifnull(x, otherwise)", Plain),
    function("least", "least(a, b, …)", Plain),
    function("left", "left(text, n)", Plain),
    function("length", "length(text)", Plain),
    function("ln", "ln(number)", Plain),
    function("log", "log(number, base)", Plain),
    function("log10", "log10(number)", Plain),
    function("log1p", "log1p(number)", Plain),
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
    function("regexp_like", "regexp_like(text, 'pattern')", Plain),
    function("replace", "replace(text, 'from', 'to')", Plain),
    function("reverse", "reverse(text)", Plain),
    function("right", "right(text, n)", Plain),
    function("round", "round(number, digits)", Plain),
    function("rpad", "rpad(text, n, ' ')", Plain),
    function("rtrim", "rtrim(text)", Plain),
    function("sign", "sign(number)", Plain),
    function("sin", "sin(x)", Plain),
    function("sind", "sind(x)", Plain),
    function("split_part", "split_part(text, '/', 1)", Plain),
    function("sqrt", "sqrt(number)", Plain),
    function("starts_with", "starts_with(text, begin)", Plain),
    function("strftime", "strftime(time, '%H:%M')", Plain),
    function("strpos", "strpos(text, part)", Plain),
    function("strptime", "strptime(text, '%Y-%m-%d')", Plain),
    function("substr", "substr(text, from, n)", Plain),
    function("tan", "tan(x)", Plain),
    function("tand", "tand(x)", Plain),
    function("timestamp", "timestamp(text)", Plain),
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
