//! The messages of Spark Connect that are sent, built from what they mean.

use spark_connect_proto::{
    Command, CreateDataFrameViewCommand, Expression, LocalRelation, Plan, Project, Read, Relation, RelationCommon,
    command::CommandType,
    expression::{self, Alias, Cast, ExprType, Literal, UnresolvedAttribute, UnresolvedFunction, literal::LiteralType},
    plan::OpType,
    read::{DataSource, ReadType},
    relation::RelType,
};

use crate::analytics::tree::{
    Kind, Value,
    sql::{Sql, quoted},
};

/// Numbers of the parts of a plan, each once in a session.
#[derive(Debug, Default)]
pub(super) struct Ids(i64);

impl Ids {
    fn relation(&mut self, kind: RelType) -> Relation {
        self.0 += 1;
        let common = RelationCommon { plan_id: Some(self.0), ..RelationCommon::default() };
        Relation { common: Some(common), rel_type: Some(kind) }
    }
}

fn expression(kind: ExprType) -> Expression {
    Expression { expr_type: Some(kind), ..Expression::default() }
}

/// The name of a type in Spark's SQL.
fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "boolean",
        Kind::Int32 => "int",
        Kind::Int64 => "bigint",
        Kind::Text => "string",
    }
}

/// A value.
pub(super) fn literal(value: &Value) -> Expression {
    let value = match value {
        Value::Null(kind) => {
            let null = LiteralType::Null(spark_connect_proto::DataType::default());
            return cast(expression(ExprType::Literal(plain(null))), *kind);
        }
        Value::Bool(value) => LiteralType::Boolean(*value),
        Value::Int64(value) => LiteralType::Long(*value),
        Value::Text(value) => LiteralType::String(value.clone()),
    };
    expression(ExprType::Literal(plain(value)))
}

/// A text.
pub(super) fn string(value: &str) -> Expression {
    expression(ExprType::Literal(plain(LiteralType::String(value.to_owned()))))
}

/// A whole number of 32 bits, as functions want places.
pub(super) fn integer(value: i32) -> Expression {
    expression(ExprType::Literal(plain(LiteralType::Integer(value))))
}

fn plain(value: LiteralType) -> Literal {
    Literal { literal_type: Some(value), ..Literal::default() }
}

/// A question in SQL with its values.
pub(super) fn sql(sql: &Sql, ids: &mut Ids) -> Relation {
    let values = sql.values.iter().enumerate().map(|(at, value)| (format!("p{}", at + 1), literal(value)));
    let question =
        spark_connect_proto::Sql { query: sql.text.clone(), named_arguments: values.collect(), ..Default::default() };
    ids.relation(RelType::Sql(question))
}

/// Rows that travel with the question, as an Arrow stream.
pub(super) fn rows(stream: Vec<u8>, columns: &[(String, Kind)], ids: &mut Ids) -> Relation {
    let fields: Vec<String> =
        columns.iter().map(|(name, kind)| format!("{} {}", quoted(name), type_of(*kind).to_uppercase())).collect();
    let rows = LocalRelation { data: Some(stream.into()), schema: Some(fields.join(", ")) };
    ids.relation(RelType::LocalRelation(rows))
}

/// Files that the server reads.
pub(super) fn files(
    format: &str,
    schema: Option<String>,
    options: &[(&str, &str)],
    paths: Vec<String>,
    ids: &mut Ids,
) -> Relation {
    let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let source = DataSource { format: Some(format.to_owned()), schema, options, paths, ..DataSource::default() };
    let read = Read { read_type: Some(ReadType::DataSource(source)), ..Read::default() };
    ids.relation(RelType::Read(read))
}

/// Columns of a relation under other names, in another type.
pub(super) fn project(input: Relation, columns: Vec<(String, Expression)>, ids: &mut Ids) -> Relation {
    let named = |(name, value): (String, Expression)| {
        let alias = Alias { expr: Some(Box::new(value)), name: vec![name], ..Alias::default() };
        expression(ExprType::Alias(Box::new(alias)))
    };
    let expressions = columns.into_iter().map(named).collect();
    let project = Project { input: Some(Box::new(input)), expressions };
    ids.relation(RelType::Project(Box::new(project)))
}

/// A column of a file, by its very name.
pub(super) fn column(name: &str) -> Expression {
    let column = UnresolvedAttribute { unparsed_identifier: quoted(name), ..UnresolvedAttribute::default() };
    expression(ExprType::UnresolvedAttribute(column))
}

/// A value in another type.
pub(super) fn cast(value: Expression, to: Kind) -> Expression {
    cast_to(value, type_of(to))
}

pub(super) fn cast_to(value: Expression, to: &str) -> Expression {
    let cast = Cast {
        expr: Some(Box::new(value)),
        cast_to_type: Some(expression::cast::CastToType::TypeStr(to.to_owned())),
        ..Cast::default()
    };
    expression(ExprType::Cast(Box::new(cast)))
}

/// A function of the server.
pub(super) fn call(function: &str, arguments: Vec<Expression>) -> Expression {
    let function_name = function.to_owned();
    expression(ExprType::UnresolvedFunction(UnresolvedFunction {
        function_name,
        arguments,
        ..UnresolvedFunction::default()
    }))
}

/// The first of two values that is there.
pub(super) fn first_of(one: Expression, other: Expression) -> Expression {
    call("coalesce", vec![one, other])
}

/// A timestamp as microseconds since 1970, UTC; one without a zone is taken as UTC, which the session's zone is.
pub(super) fn microseconds(time: Expression) -> Expression {
    call("unix_micros", vec![cast_to(time, "timestamp")])
}

/// A plan that gives rows.
pub(super) fn question(relation: Relation) -> Plan {
    Plan { op_type: Some(OpType::Root(relation)) }
}

/// A plan that gives a relation a name in the session.
pub(super) fn view(relation: Relation, name: &str) -> Plan {
    let view =
        CreateDataFrameViewCommand { input: Some(relation), name: name.to_owned(), is_global: false, replace: false };
    let command = Command { command_type: Some(CommandType::CreateDataframeView(view)) };
    Plan { op_type: Some(OpType::Command(command)) }
}

/// A plan that takes such a name away.
pub(super) fn drop_view(name: &str) -> Plan {
    let text = format!("DROP VIEW IF EXISTS {}", quoted(name));
    question(sql(&Sql { text, values: Vec::new() }, &mut Ids::default()))
}
