//! Names of a query: tables and columns are found in the lake, put into the lake's own spelling, and counted, so that only what
//! a query names has to be made.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::ControlFlow,
};

use sqlparser::ast::{
    BinaryOperator, Expr, Ident, JoinConstraint, JoinOperator, ObjectName, Query, Select, SelectItem, Statement,
    TableAlias, TableFactor, TableWithJoins, Value, Visit, VisitMut, Visitor, VisitorMut,
};

use super::{
    mistake::{SqlMistake, find_word, quoted},
    schema::SqlTable,
};

/// Which samples are looked at; `None` for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SampleWish {
    pub(super) metrics: Option<Vec<String>>,
    pub(super) recordings: Option<Vec<String>>,
}

/// Finds every name and puts it into the spelling of the lake. Gives the tables by index, each with the columns that are
/// needed of it.
pub(super) fn put_right(
    statement: &mut Statement,
    text: &str,
    tables: &[SqlTable],
) -> Result<Vec<(usize, Vec<bool>)>, SqlMistake> {
    let mut known = Known { text, tables, queries: BTreeSet::new(), aliases: BTreeMap::new(), made: BTreeSet::new() };
    if let ControlFlow::Break(mistake) = Visit::visit(&*statement, &mut known) {
        return Err(mistake);
    }
    let mut speller = Speller { known, used: BTreeMap::new(), named: BTreeSet::new() };
    if let ControlFlow::Break(mistake) = VisitMut::visit(statement, &mut speller) {
        return Err(mistake);
    }
    let Speller { used, named, .. } = speller;
    let needs = |(table, all): (usize, bool)| {
        let wanted = tables[table].columns.iter().map(|column| all || named.contains(&column.name)).collect();
        (table, wanted)
    };
    Ok(used.into_iter().map(needs).collect())
}

/// What the query itself gives names to.
struct Known<'a> {
    text: &'a str,
    tables: &'a [SqlTable],
    /// Queries that have a name: those of WITH, and those in parentheses in FROM.
    queries: BTreeSet<String>,
    /// Other names of tables: each with the tables (by index) it stands for somewhere; `None` for a query.
    aliases: BTreeMap<String, Vec<Option<usize>>>,
    /// Columns that the query makes.
    made: BTreeSet<String>,
}

impl Known<'_> {
    fn table(&self, name: &str) -> Option<usize> {
        let exact = self.tables.iter().position(|table| table.name == name);
        exact.or_else(|| self.tables.iter().position(|table| table.name.eq_ignore_ascii_case(name)))
    }

    /// A name for a query or for a table, which must not be that of a table of the lake: the engine would take the one for
    /// the other.
    fn name(&mut self, alias: &TableAlias, of: Option<usize>) -> ControlFlow<SqlMistake> {
        let name = &alias.name;
        if let Some(table) = self.table(&name.value)
            && of != Some(table)
        {
            let mistake = SqlMistake::new(format!("`{}` is a table of the lake", name.value)).at(self.text, name.span);
            return ControlFlow::Break(mistake.hint("give this another name"));
        }
        self.made.extend(alias.columns.iter().map(|column| column.name.value.clone()));
        self.aliases.entry(name.value.clone()).or_default().push(of);
        ControlFlow::Continue(())
    }

    fn new_query(&mut self, alias: &TableAlias) -> ControlFlow<SqlMistake> {
        self.name(alias, None)?;
        self.queries.insert(alias.name.value.clone());
        ControlFlow::Continue(())
    }
}

impl Visitor for Known<'_> {
    type Break = SqlMistake;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<SqlMistake> {
        for cte in query.with.iter().flat_map(|with| &with.cte_tables) {
            if self.queries.contains(&cte.alias.name.value) {
                let name = &cte.alias.name;
                let mistake =
                    SqlMistake::new(format!("two queries are called `{}`", name.value)).at(self.text, name.span);
                return ControlFlow::Break(mistake.hint("give one of them another name"));
            }
            self.new_query(&cte.alias)?;
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<SqlMistake> {
        match factor {
            TableFactor::Derived { alias: Some(alias), .. } => self.new_query(alias),
            TableFactor::Table { name, alias: Some(alias), .. } => {
                let table = name.0.first().and_then(|part| part.as_ident()).and_then(|name| self.table(&name.value));
                self.name(alias, table)
            }
            _ => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<SqlMistake> {
        for item in &select.projection {
            match item {
                SelectItem::ExprWithAlias { alias, .. } => {
                    self.made.insert(alias.value.clone());
                }
                SelectItem::Wildcard(options) | SelectItem::QualifiedWildcard(_, options) => {
                    use sqlparser::ast::RenameSelectItem::{Multiple, Single};
                    match &options.opt_rename {
                        Some(Multiple(list)) => self.made.extend(list.iter().map(|one| one.alias.value.clone())),
                        Some(Single(one)) => {
                            self.made.insert(one.alias.value.clone());
                        }
                        None => {}
                    }
                }
                _ => {}
            }
        }
        ControlFlow::Continue(())
    }
}

/// Spells names as the lake does.
struct Speller<'a> {
    known: Known<'a>,
    /// The tables named, each with whether all of its columns are needed.
    used: BTreeMap<usize, bool>,
    /// Names of columns, as they are spelt now.
    named: BTreeSet<String>,
}

impl Speller<'_> {
    fn mistake(&self, name: &Ident, message: String) -> SqlMistake {
        let mistake = SqlMistake::new(message).at(self.known.text, name.span);
        // Not every way to write a name comes with its place.
        match (&mistake.span, find_word(self.known.text, &name.value)) {
            (None, Some(span)) => mistake.within(span),
            _ => mistake,
        }
    }

    /// The columns of the tables that the whole query names.
    fn columns(&self) -> impl Iterator<Item = &str> {
        let tables = self.known.tables;
        self.used.keys().flat_map(move |table| tables[*table].columns.iter().map(|column| column.name.as_str()))
    }

    /// Puts a name of a column right.
    fn column(&mut self, name: &mut Ident) -> ControlFlow<SqlMistake> {
        let is_known = |name: &str| self.columns().any(|column| column == name) || self.known.made.contains(name);
        if !is_known(&name.value) {
            let all = || self.columns().chain(self.known.made.iter().map(String::as_str));
            let alike: BTreeSet<&str> = all().filter(|column| column.eq_ignore_ascii_case(&name.value)).collect();
            // What stands in quotes is meant letter by letter.
            match (name.quote_style, alike.len(), alike.first()) {
                (None, 1, Some(only)) => name.value = (*only).to_owned(),
                (None, _, _) if name.value.eq_ignore_ascii_case("all") => {}
                _ => {
                    let message = format!("there is no column `{}`", name.value);
                    let mut mistake = self.mistake(name, message).nearest(&name.value, all());
                    if mistake.hint.is_none() && name.quote_style == Some('"') {
                        mistake =
                            mistake.hint(format!("text stands in single quotes: '{}'", name.value.replace('\'', "''")));
                    }
                    if mistake.hint.is_none() {
                        mistake = mistake.hint(self.listed());
                    }
                    return ControlFlow::Break(mistake);
                }
            }
        }
        // Written in quotes, no name can be taken for a word of the language when it is printed.
        if name.quote_style.is_none() && quoted(&name.value) != name.value {
            name.quote_style = Some('"');
        }
        self.named.insert(name.value.clone());
        ControlFlow::Continue(())
    }

    fn listed(&self) -> String {
        let tables: Vec<&str> = self.used.keys().map(|table| self.known.tables[*table].name.as_str()).collect();
        match tables.as_slice() {
            [] => "name a table behind FROM; `lakescope sql LAKE --tables` lists them".to_owned(),
            tables => format!("`lakescope sql LAKE --tables` lists the columns of {}", tables.join(", ")),
        }
    }

    /// Puts `table.column` right.
    fn qualified(&mut self, parts: &mut [Ident]) -> ControlFlow<SqlMistake> {
        let [table, column] = parts else {
            let name = parts.iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join(".");
            let mistake = self.mistake(&parts[0], format!("`{name}` has too many parts"));
            return ControlFlow::Break(
                mistake.hint("write table.column; names with points in them stand in double quotes"),
            );
        };
        let places = self.relation(table)?;
        let of_lake: Vec<usize> = places.iter().copied().flatten().collect();
        if of_lake.len() < places.len() {
            // A query's columns are those of its own list; the engine tells what it does not have.
            return self.column(column);
        }
        let columns =
            || of_lake.iter().flat_map(|at| self.known.tables[*at].columns.iter().map(|one| one.name.as_str()));
        if !columns().any(|known| known == column.value) {
            let alike: BTreeSet<&str> = columns().filter(|known| known.eq_ignore_ascii_case(&column.value)).collect();
            if let (None, 1, Some(only)) = (column.quote_style, alike.len(), alike.first()) {
                column.value = (*only).to_owned();
            } else {
                let name = of_lake.first().map_or("", |at| self.known.tables[*at].name.as_str());
                let message = format!("`{name}` has no column `{}`", column.value);
                return ControlFlow::Break(self.mistake(column, message).nearest(&column.value, columns()));
            }
        }
        if column.quote_style.is_none() && quoted(&column.value) != column.value {
            column.quote_style = Some('"');
        }
        self.named.insert(column.value.clone());
        ControlFlow::Continue(())
    }

    /// What stands in front of a point: the tables that it means.
    fn relation(&self, name: &mut Ident) -> ControlFlow<SqlMistake, Vec<Option<usize>>> {
        if let Some(places) = self.known.aliases.get(&name.value) {
            return ControlFlow::Continue(places.clone());
        }
        let alike = self.known.aliases.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(&name.value));
        if let (Some((alias, places)), None) = (alike, name.quote_style) {
            name.value.clone_from(alias);
            return ControlFlow::Continue(places.clone());
        }
        if let Some(table) = self.known.table(&name.value).filter(|table| self.used.contains_key(table)) {
            name.value.clone_from(&self.known.tables[table].name);
            return ControlFlow::Continue(vec![Some(table)]);
        }
        let aliases = self.known.aliases.keys().map(String::as_str);
        let tables = self.used.keys().map(|table| self.known.tables[*table].name.as_str());
        let mistake = self.mistake(name, format!("there is no table `{}` in this query", name.value));
        ControlFlow::Break(mistake.nearest(&name.value, aliases.chain(tables)))
    }

    /// Marks the tables of a FROM as needed with all their columns.
    fn whole(&mut self, from: &[TableWithJoins]) {
        let factors = from
            .iter()
            .flat_map(|one| std::iter::once(&one.relation).chain(one.joins.iter().map(|join| &join.relation)));
        for factor in factors {
            if let TableFactor::Table { name, .. } = factor
                && let Some(name) = name.0.first().and_then(|part| part.as_ident())
                && !self.known.queries.contains(&name.value)
                && let Some(table) = self.known.table(&name.value)
            {
                self.used.insert(table, true);
            }
        }
    }

    /// A table or a named query behind FROM.
    fn table(&mut self, name: &mut ObjectName) -> ControlFlow<SqlMistake> {
        let Some(sqlparser::ast::ObjectNamePart::Identifier(name)) = name.0.first_mut() else {
            return ControlFlow::Break(SqlMistake::new("a table has no name"));
        };
        if self.known.queries.contains(&name.value) {
            return ControlFlow::Continue(());
        }
        if let Some(table) = self.known.table(&name.value) {
            name.value.clone_from(&self.known.tables[table].name);
            self.used.entry(table).or_insert(false);
            return ControlFlow::Continue(());
        }
        if let Some(query) = self.known.queries.iter().find(|query| query.eq_ignore_ascii_case(&name.value)) {
            name.value.clone_from(query);
            return ControlFlow::Continue(());
        }
        let tables = self.known.tables.iter().map(|table| table.name.as_str());
        let queries = self.known.queries.iter().map(String::as_str);
        let mistake = self.mistake(name, format!("there is no table `{}`", name.value));
        let mistake = mistake.nearest(&name.value, tables.clone().chain(queries));
        ControlFlow::Break(match mistake.hint {
            Some(_) => mistake,
            None => mistake.hint(format!("the tables of a lake are {}", tables.collect::<Vec<_>>().join(", "))),
        })
    }
}

impl VisitorMut for Speller<'_> {
    type Break = SqlMistake;

    /// Before anything in it is looked at: a query's list stands before its FROM, and what is in the list is of the FROM.
    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<SqlMistake> {
        if self.used.is_empty() {
            // At the first, outermost query: every table of the whole statement is found.
            let mut tables = Tables { speller: self };
            VisitMut::visit(query, &mut tables)?;
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<SqlMistake> {
        let joins = || select.from.iter().flat_map(|one| &one.joins);
        let natural = joins().any(|join| matches!(constraint(&join.join_operator), Some(JoinConstraint::Natural)));
        let starred = select
            .projection
            .iter()
            .any(|item| matches!(item, SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)));
        for name in joins().filter_map(|join| match constraint(&join.join_operator) {
            Some(JoinConstraint::Using(names)) => Some(names),
            _ => None,
        }) {
            for part in name.iter().flat_map(|name| &name.0).filter_map(|part| part.as_ident()) {
                self.named.insert(part.value.clone());
            }
        }
        if natural || starred {
            self.whole(&select.from);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<SqlMistake> {
        match expr {
            Expr::Identifier(name) => self.column(name),
            Expr::CompoundIdentifier(parts) => self.qualified(parts),
            _ => ControlFlow::Continue(()),
        }
    }
}

/// Finds the tables of a whole statement, and puts their names right.
struct Tables<'s, 'a> {
    speller: &'s mut Speller<'a>,
}

impl VisitorMut for Tables<'_, '_> {
    type Break = SqlMistake;

    fn pre_visit_relation(&mut self, relation: &mut ObjectName) -> ControlFlow<SqlMistake> {
        self.speller.table(relation)
    }
}

fn constraint(join: &JoinOperator) -> Option<&JoinConstraint> {
    match join {
        JoinOperator::Join(one)
        | JoinOperator::Inner(one)
        | JoinOperator::Left(one)
        | JoinOperator::LeftOuter(one)
        | JoinOperator::Right(one)
        | JoinOperator::RightOuter(one)
        | JoinOperator::FullOuter(one)
        | JoinOperator::CrossJoin(one) => Some(one),
        _ => None,
    }
}

/// The metrics and recordings that a WHERE lets through, where `samples` is named once. A condition that all rows of a SELECT
/// must fulfil, and no missing value does, can be asked of the table before any join.
pub(super) fn samples_wanted(statement: &Statement, tables: &[SqlTable]) -> SampleWish {
    let mut found = Samples { wish: SampleWish::default(), times: 0, tables };
    let _ = statement.visit(&mut found);
    if found.times == 1 { found.wish } else { SampleWish::default() }
}

struct Samples<'a> {
    wish: SampleWish,
    times: usize,
    tables: &'a [SqlTable],
}

impl Visitor for Samples<'_> {
    type Break = ();

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        self.times += usize::from(relation.to_string() == "samples");
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        let factors: Vec<&TableFactor> = select
            .from
            .iter()
            .flat_map(|one| std::iter::once(&one.relation).chain(one.joins.iter().map(|join| &join.relation)))
            .collect();
        let is_samples = |name: &ObjectName| {
            self.tables.iter().any(|table| table.name == "samples") && name.to_string() == "samples"
        };
        let alias = factors.iter().find_map(|factor| match factor {
            TableFactor::Table { name, alias, .. } if is_samples(name) => {
                Some(alias.as_ref().map_or("samples", |alias| alias.name.value.as_str()))
            }
            _ => None,
        });
        let (Some(alias), Some(condition)) = (alias, &select.selection) else { return ControlFlow::Continue(()) };
        let mut conjuncts = HashMap::new();
        gather(condition, alias, factors.len() == 1, &mut conjuncts);
        self.wish = SampleWish { metrics: conjuncts.remove("metric"), recordings: conjuncts.remove("recording") };
        ControlFlow::Continue(())
    }
}

/// The texts that a column must be one of, from conditions that are joined by AND.
fn gather(condition: &Expr, alias: &str, alone: bool, found: &mut HashMap<&'static str, Vec<String>>) {
    let column = |expr: &Expr| -> Option<&'static str> {
        let name = match expr {
            Expr::Identifier(name) if alone => &name.value,
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [table, name] if table.value == alias => &name.value,
                _ => return None,
            },
            _ => return None,
        };
        ["metric", "recording"].into_iter().find(|known| known == name)
    };
    let literal = |expr: &Expr| match expr {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    };
    let (name, texts) = match condition {
        Expr::Nested(inner) => return gather(inner, alias, alone, found),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            gather(left, alias, alone, found);
            return gather(right, alias, alone, found);
        }
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
            match (column(left), literal(right), column(right), literal(left)) {
                (Some(name), Some(text), _, _) | (_, _, Some(name), Some(text)) => (name, vec![text]),
                _ => return,
            }
        }
        Expr::InList { expr, list, negated: false } => match (column(expr), list.iter().map(literal).collect()) {
            (Some(name), Some(texts)) => (name, texts),
            _ => return,
        },
        _ => return,
    };
    // Of several conditions on one column each must hold; the first is enough to read less.
    found.entry(name).or_insert(texts);
}
