"""The views as Athena would take them: Trino's grammar, listed functions, the types of the schema, AWS's column names."""

import re
from collections.abc import Iterator

import duckdb
import pytest
import sqlglot
from sqlglot import exp
from sqlglot.errors import OptimizeError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema
from trino_query_parser import TrinoSyntaxError, parse_statement

from casewright.measures.columns import FACTS, PARTITION
from casewright_workbench.lake.views import FUNCTIONS, View, to_duckdb, views

VIEWS = tuple(views())
BY_NAME = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)

CASE_EVENTS = """instance_id aws_account_id event_id case_id event_timestamp changed_field_ids event_type performed_by_iam_principal
    performed_by_user_arn performed_by_custom_entity cases_domain_arn template_id template_name last_updated_user reference_number status
    assigned_user assigned_queue case_reason case_title case_summary customer_profile_arn created_timestamp last_updated_timestamp
    next_sla_breach_timestamp last_closed_timestamp last_reopened_timestamp custom_fields data_lake_last_processed_timestamp"""
RELATED_ITEM_EVENTS = """related_item_id event_type associated_case_id related_item_type created_timestamp comment_body
    comment_content_type related_case_id contact_channel contact_id file_arn sla_name sla_status sla_target_timestamp sla_type
    sla_completion_timestamp sla_target_field_id sla_target_field_values custom_related_item_fields"""

TYPES = {
    "metric_points": "metric VARCHAR, day DATE, template_id VARCHAR, dimension VARCHAR, numerator DOUBLE, denominator DOUBLE",
    "sla_attainment": "day DATE, template_id VARCHAR, clock_policy VARCHAR, assigned_queue VARCHAR, numerator DOUBLE, denominator DOUBLE",
    "sla_team_time": "day DATE, template_id VARCHAR, clock_policy VARCHAR, assigned_queue VARCHAR, seconds DOUBLE",
    "sla_team_share": "clock_policy VARCHAR, assigned_queue VARCHAR, seconds DOUBLE, share DOUBLE",
    "sla_clocks_due": "case_id VARCHAR, reference_number VARCHAR, template_id VARCHAR, clock_policy VARCHAR, clock_cycle INTEGER, "
    "clock_status VARCHAR, clock_due_timestamp TIMESTAMP, assigned_queue VARCHAR, as_of_timestamp TIMESTAMP, seconds_left DOUBLE",
    "rule_activity": "day DATE, rule VARCHAR, fired BIGINT, shadowed BIGINT, looped BIGINT, effects_asked BIGINT, fields_overruled BIGINT, "
    "effects_done BIGINT, effects_failed BIGINT, effects_superseded BIGINT, effects_expired BIGINT, effects_over_budget BIGINT, "
    "effects_skipped BIGINT, effects_recorded BIGINT",
    "case_creations": "case_id VARCHAR, template_id VARCHAR, assigned_queue VARCHAR, created_timestamp TIMESTAMP",
    "case_closings": "case_id VARCHAR, template_id VARCHAR, assigned_queue VARCHAR, created_timestamp TIMESTAMP, "
    "closed_timestamp TIMESTAMP",
}


def parse_as_trino(statement: str) -> None:
    parse_statement(statement)


def called(statement: str) -> set[str]:
    """Names written before a parenthesis, as Athena would read them, not as sqlglot renames them."""
    bare = re.sub(r"--[^\n]*|'[^']*'", "", statement)
    words = re.findall(r"\b([a-zA-Z_]+)\s*\(", bare)
    aliases = {"firing", "watching", "looping", "asking", "losing", "team"}
    grammar = {"as", "over", "in", "from", "and", "or", "not", "exists", "when", "then", "on", "filter"}
    return {word.lower() for word in words} - grammar - aliases


def typed(upto: View | None = None, instead: str = "") -> dict[str, exp.Query]:
    """Every view resolved against the schema of the ones before it; an unknown column raises."""
    schema = MappingSchema(dialect="trino")
    columns = {column.name: exp.DataType.build(column.glue_type, dialect="hive") for column in (*FACTS, PARTITION)}
    schema.add_table("facts", columns)
    found: dict[str, exp.Query] = {}
    for view in VIEWS:
        statement = instead if instead and view == upto else view.statement
        query = annotate_types(
            qualify(sqlglot.parse_one(statement, read="trino").expression, schema=schema, dialect="trino"), schema=schema
        )
        found[view.name] = query
        schema.add_table(view.name, {each.alias_or_name: each.type for each in query.selects})
    return found


def clashes(query: exp.Expr) -> Iterator[str]:
    """Comparisons and unions of different kinds of type, which Athena refuses and DuckDB lets pass."""
    for node in query.find_all(exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE):
        if kind(node.left) != kind(node.right):
            yield node.sql("trino")
    for among in query.find_all(exp.In):
        if any(kind(each) != kind(among.this) for each in among.expressions):
            yield among.sql("trino")
    for union in query.find_all(exp.SetOperation):
        left, right = ([kind(each) for each in side.selects] for side in (union.left, union.right) if isinstance(side, exp.Query))
        if left != right:
            yield union.sql("trino")


def kind(node: exp.Expr) -> str:
    assert node.type, f"{node.sql('trino')} has no type"
    name = node.type.this.value
    for family, members in (("text", exp.DataType.TEXT_TYPES), ("whole", exp.DataType.INTEGER_TYPES)):
        if node.type.this in members:
            return family
    return str(name)


def aliases_grouped_by(query: exp.Expr) -> Iterator[str]:
    for select in query.find_all(exp.Select):
        made = {each.alias for each in select.selects if isinstance(each, exp.Alias) and not isinstance(each.this, exp.Column)}
        group = select.args.get("group")
        yield from (each.name for each in (group.expressions if group else ()) if isinstance(each, exp.Column) and each.name in made)


@BY_NAME
def test_a_view_parses_under_the_grammar_of_trino(view: View) -> None:
    parse_as_trino(view.statement)


@pytest.mark.parametrize("broken", ["SELECT a FROM", "SELECT a::varchar FROM t", "SELECT * EXCLUDE (a) FROM t", "SELECT [1, 2]"])
def test_what_only_duckdb_reads_does_not_parse(broken: str) -> None:
    with pytest.raises(TrinoSyntaxError):
        parse_as_trino(broken)


@BY_NAME
def test_a_view_creates_what_its_file_is_named_for(view: View) -> None:
    assert f"CREATE OR REPLACE VIEW {view.name} AS\n" in view.statement


@BY_NAME
def test_a_view_calls_listed_functions_only(view: View) -> None:
    assert called(view.statement) <= FUNCTIONS


def test_every_listed_function_is_called_and_another_is_found() -> None:
    assert set().union(*(called(view.statement) for view in VIEWS)) == FUNCTIONS
    assert called("SELECT count(*), approx_percentile(a, 0.5) FROM t -- min(x)") == {"count", "approx_percentile"}


def test_views_read_columns_there_are_and_compare_like_with_like() -> None:
    found = typed()
    assert {name: list(clashes(query)) for name, query in found.items()} == {name: [] for name in found}
    for name, expected in TYPES.items():
        columns = ", ".join(f"{each.alias_or_name} {each.type.sql('trino') if each.type else '?'}" for each in found[name].selects)
        assert columns == expected, name


def test_a_column_there_is_not_and_a_comparison_athena_refuses_are_found() -> None:
    view = next(each for each in VIEWS if each.name == "sla_attainment")
    with pytest.raises(OptimizeError):
        typed(view, view.statement.replace("clock_ended_timestamp", "clock_finished_timestamp"))
    compared = view.statement.replace("clock_status = 'Met'", "clock_ended_timestamp = 'Met'")
    assert list(clashes(typed(view, compared)["sla_attainment"]))


def test_no_view_groups_by_an_alias_and_one_that_did_would_be_found() -> None:
    for view in VIEWS:
        assert list(aliases_grouped_by(sqlglot.parse_one(view.statement, read="trino"))) == [], view.name
    assert list(aliases_grouped_by(sqlglot.parse_one("SELECT lower(a) AS b FROM t GROUP BY b", read="trino"))) == ["b"]


def test_the_base_views_carry_the_columns_of_the_tables_of_aws() -> None:
    found = typed()
    assert [each.alias_or_name for each in found["case_events"].selects] == [*CASE_EVENTS.split(), "dt"]
    items = {each.alias_or_name for each in found["case_related_item_events"].selects}
    assert items >= set(RELATED_ITEM_EVENTS.split()) | {"instance_id", "event_id", "event_timestamp", "cases_domain_arn"}


def test_metrics_read_only_columns_that_the_tables_of_aws_have() -> None:
    """So that either source can feed them."""
    found = typed()
    for name in ("case_creations", "case_closings", "latest_case_state"):
        read = {column.name for column in found[name].find_all(exp.Column) if column.table == "case_events"}
        assert read
        assert read <= set(CASE_EVENTS.split())
        assert "facts" not in {table.name for table in found[name].find_all(exp.Table)}


def test_elapsed_time_counts_whole_units_on_both_engines() -> None:
    """23:59:59.999 to 00:00 is no second; DuckDB's own date_diff counts the boundary crossed."""
    times = "TIMESTAMP '2026-11-16 23:59:59.999', TIMESTAMP '2026-11-17 00:00:00.000'"
    translated = to_duckdb(f"SELECT date_diff('second', {times}), date_diff('millisecond', {times})")
    assert duckdb.execute(translated).fetchall() == [(0, 1)]
    assert duckdb.execute(f"SELECT date_diff('second', {times})").fetchall() == [(1,)]
    negative = to_duckdb("SELECT date_diff('millisecond', TIMESTAMP '2026-11-17 00:00:01', TIMESTAMP '2026-11-17 00:00:00')")
    assert duckdb.execute(negative).fetchall() == [(-1000,)]
