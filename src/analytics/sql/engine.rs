//! The engine of a person's own SQL: tables in memory, one statement, rows as they come. It is built without readers of files
//! and told that there is no disk, so nothing that a query says can reach one.

use std::{collections::HashSet, sync::Arc, time::Duration};

use datafusion::{
    arrow::{
        array::RecordBatch,
        datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit},
    },
    common::tree_node::{TreeNode, TreeNodeRecursion},
    dataframe::DataFrame,
    datasource::MemTable,
    error::DataFusionError,
    execution::{
        SendableRecordBatchStream, SessionStateBuilder, disk_manager::DiskManagerBuilder,
        disk_manager::DiskManagerMode, memory_pool::GreedyMemoryPool, runtime_env::RuntimeEnvBuilder,
    },
    functions_window::expr_fn::row_number,
    logical_expr::{Expr, LogicalPlan, SortExpr},
    prelude::{Column, SQLOptions, SessionConfig, SessionContext},
    sql::parser::Statement as Parsed,
};
use futures_util::StreamExt;
use sqlparser::ast::Statement;

use super::{
    outward,
    schema::{SqlColumn, SqlSort, SqlType},
};

/// Rows of a batch inside the engine and of an answer.
pub(super) const BATCH_ROWS: usize = 8192;
/// How long rows may wait for more of their batch: whoever looks sees the first ones at once.
const PATIENCE: Duration = Duration::from_millis(40);
/// The name under which rows are numbered, which no query can write.
const PLACE: &str = "\u{1}place";

/// A table: its name, its columns, its rows.
pub(super) type Table = (String, SchemaRef, Vec<RecordBatch>);

/// Why a query was not answered.
#[derive(Debug)]
pub(super) enum Stopped {
    /// What the engine says.
    Engine(DataFusionError),
    /// The column that the answer was to be sorted by is not in it; the columns that are.
    NoSuchSort(Vec<String>),
    /// Whoever wanted the rows is gone.
    Unwanted(std::io::Error),
}

impl From<DataFusionError> for Stopped {
    fn from(error: DataFusionError) -> Self {
        Self::Engine(error)
    }
}

/// The type of a column as the engine holds it.
pub(super) fn data_type(kind: SqlType) -> DataType {
    match kind {
        SqlType::Text => DataType::Utf8View,
        SqlType::Int64 => DataType::Int64,
        SqlType::Int32 => DataType::Int32,
        SqlType::Double => DataType::Float64,
        SqlType::Bool => DataType::Boolean,
        SqlType::Timestamp => DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into())),
    }
}

/// Columns as the engine knows them.
pub(super) fn schema(columns: &[SqlColumn]) -> SchemaRef {
    let fields = columns.iter().map(|column| Field::new(&column.name, data_type(column.kind), true));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Works a statement out over tables, in at most `room_bytes` beside the tables. `columns` is told the columns of the answer
/// before `rows` is given its batches, each in the types of an answer.
///
/// # Errors
/// [`Stopped`] tells why there is no answer, or no whole one.
pub(super) async fn run(
    statement: Statement,
    tables: Vec<Table>,
    sort: Option<&SqlSort>,
    room_bytes: usize,
    columns: impl FnOnce(&[SqlColumn]) -> std::io::Result<()>,
    rows: impl FnMut(&RecordBatch) -> std::io::Result<()>,
) -> Result<(), Stopped> {
    let context = context(room_bytes)?;
    for (name, schema, batches) in tables {
        context.register_table(name.as_str(), Arc::new(MemTable::try_new(schema, vec![batches])?))?;
    }
    let parsed = Parsed::Statement(Box::new(statement));
    let plan = context.state().statement_to_plan(parsed).await?;
    let only_reads = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    only_reads.verify_plan(&plan)?;
    // Several threads share work by giving rows round, which loses their order. Where each row of one table is looked at by
    // itself, the order of the table is the order of the answer.
    let in_order = keeps_order(&plan)?;
    let mut state = context.state();
    if in_order {
        state.config_mut().options_mut().execution.target_partitions = 1;
    }
    if filters_a_total(&plan)? {
        let rules = state.optimizers().iter().filter(|rule| rule.name() != "push_down_filter").cloned().collect();
        state = SessionStateBuilder::new_from_existing(state).with_optimizer_rules(rules).build();
    }
    let names = answer_names(&plan);
    let query = DataFrame::new(state, plan);
    let query = match sort {
        Some(sort) => sorted(query, &names, sort, in_order)?,
        None => query,
    };
    let stream = query.execute_stream().await?;
    // The types of the plan as it was written are those before the sides of a UNION were made alike.
    let schema = stream.schema();
    let kinds = schema.fields().iter().map(|field| SqlType::of(field.data_type()));
    let told: Vec<SqlColumn> = names.into_iter().zip(kinds).map(|(name, kind)| SqlColumn::new(name, kind)).collect();
    columns(&told).map_err(Stopped::Unwanted)?;
    give(stream, &told, rows).await
}

/// An engine with a bound on memory and without a disk.
fn context(room_bytes: usize) -> Result<SessionContext, DataFusionError> {
    let mut config = SessionConfig::new().with_batch_size(BATCH_ROWS).with_information_schema(false);
    // Names were put into the lake's own spelling before; they are meant letter by letter.
    config.options_mut().sql_parser.enable_ident_normalization = false;
    config.options_mut().execution.coalesce_batches = false;
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(GreedyMemoryPool::new(room_bytes)))
        .with_disk_manager_builder(DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled))
        .build_arc()?;
    Ok(SessionContext::new_with_config_rt(config, runtime))
}

/// Whether each row of the answer is one row of one table, looked at by itself.
fn keeps_order(plan: &LogicalPlan) -> Result<bool, DataFusionError> {
    let mut plain = true;
    plan.apply(|node| {
        plain &= matches!(
            node,
            LogicalPlan::Projection(_)
                | LogicalPlan::Filter(_)
                | LogicalPlan::SubqueryAlias(_)
                | LogicalPlan::TableScan(_)
                | LogicalPlan::Limit(_)
        );
        Ok(if plain { TreeNodeRecursion::Continue } else { TreeNodeRecursion::Stop })
    })?;
    Ok(plain)
}

/// Whether a condition looks at an aggregate of all rows. There the engine would move a condition that names no column below the
/// aggregate, which then tells one row of nothing in place of no row.
fn filters_a_total(plan: &LogicalPlan) -> Result<bool, DataFusionError> {
    let is_total = |node: &LogicalPlan| matches!(node, LogicalPlan::Aggregate(all) if all.group_expr.is_empty());
    plan.exists(|node| match node {
        LogicalPlan::Filter(_) => node.exists(|below| Ok(is_total(below))),
        _ => Ok(false),
    })
}

/// The names of the columns of an answer, each once: a second `camera` is `camera_2`.
fn answer_names(plan: &LogicalPlan) -> Vec<String> {
    let fields = plan.schema().fields();
    let mut taken: HashSet<String> = HashSet::new();
    let mut names = Vec::with_capacity(fields.len());
    for field in fields {
        let mut name = field.name().clone();
        let mut number = 1;
        while taken.contains(&name) || (number > 1 && fields.iter().any(|other| *other.name() == name)) {
            number += 1;
            name = format!("{}_{number}", field.name());
        }
        taken.insert(name.clone());
        names.push(name);
    }
    names
}

/// The answer sorted by one of its columns. Rows that are equal stay in the order that the query has: that of its table, or the
/// one that it asks for.
fn sorted(query: DataFrame, names: &[String], sort: &SqlSort, in_order: bool) -> Result<DataFrame, Stopped> {
    let Some(place) = names.iter().position(|name| *name == sort.column) else {
        return Err(Stopped::NoSuchSort(names.to_vec()));
    };
    let columns: Vec<Expr> = query.schema().iter().map(|field| Expr::Column(Column::from(field))).collect();
    let mut keys: Vec<SortExpr> = vec![columns[place].clone().sort(!sort.descending, false)];
    if in_order {
        let numbered = query.window(vec![row_number().alias(PLACE)])?;
        keys.push(Expr::Column(Column::from_name(PLACE)).sort(true, false));
        return Ok(numbered.sort(keys)?.select(columns)?);
    }
    if let LogicalPlan::Sort(inner) = query.logical_plan() {
        let known = |key: &&SortExpr| key.expr.column_refs().iter().all(|one| query.schema().has_column(one));
        keys.extend(inner.expr.iter().filter(known).cloned());
    }
    Ok(query.sort(keys)?)
}

/// Gives the rows of a stream on, in batches that wait neither for long nor for nothing.
async fn give(
    mut stream: SendableRecordBatchStream,
    told: &[SqlColumn],
    mut rows: impl FnMut(&RecordBatch) -> std::io::Result<()>,
) -> Result<(), Stopped> {
    let schema = outward::schema(told);
    let mut waiting: Vec<RecordBatch> = Vec::new();
    let mut send = |waiting: &mut Vec<RecordBatch>| -> Result<(), Stopped> {
        if !waiting.is_empty() {
            let whole = datafusion::arrow::compute::concat_batches(&schema, waiting.iter())
                .map_err(|error| DataFusionError::ArrowError(Box::new(error), None))?;
            waiting.clear();
            for from in (0..whole.num_rows()).step_by(BATCH_ROWS) {
                rows(&whole.slice(from, BATCH_ROWS.min(whole.num_rows() - from))).map_err(Stopped::Unwanted)?;
            }
        }
        Ok(())
    };
    loop {
        let next = if waiting.is_empty() {
            stream.next().await
        } else {
            let Ok(next) = tokio::time::timeout(PATIENCE, stream.next()).await else {
                send(&mut waiting)?;
                continue;
            };
            next
        };
        let Some(batch) = next.transpose()? else { return send(&mut waiting) };
        if batch.num_rows() > 0 {
            waiting.push(outward::batch(&batch, &schema)?);
        }
        if waiting.iter().map(RecordBatch::num_rows).sum::<usize>() >= BATCH_ROWS {
            send(&mut waiting)?;
        }
    }
}
