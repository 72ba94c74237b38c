"""A vector's plan as a DataFrame: the grammar of the vectors in PySpark's words."""

from pyspark.sql import functions as F

from functions import group_state, process, script

SQL_TYPES = {"timestamp": "BIGINT", "string": "STRING", "long": "BIGINT", "double": "DOUBLE"}


def build(plan, sources):
    """The DataFrame of a plan; `sources`: name -> streaming DataFrame."""
    op = plan["op"]
    if op == "source":
        return sources[plan["name"]]
    if op == "union":
        first, *others = [build(inner, sources) for inner in plan["inputs"]]
        for other in others:
            first = first.union(other)
        return first
    if op == "join":
        return join(plan, build(plan["left"], sources), build(plan["right"], sources))
    return OPERATORS[op](plan, build(plan["in"], sources))


def seconds(ms):
    return f"{ms} milliseconds"


def compare(left, cmp, right):
    return {
        "==": lambda: left == right,
        "!=": lambda: left != right,
        "<": lambda: left < right,
        "<=": lambda: left <= right,
        ">": lambda: left > right,
        ">=": lambda: left >= right,
    }[cmp]()


def holds(where):
    """One Column for all conditions; `@column` names another column."""
    condition = None
    for column, cmp, literal in where:
        other = isinstance(literal, str) and literal.startswith("@")
        one = compare(F.col(column), cmp, F.col(literal[1:]) if other else F.lit(literal))
        condition = one if condition is None else condition & one
    return condition


def map_columns(plan, df):
    """All at once: a column that is set may be read by another one."""
    by = {"+": lambda c, n: c + n, "-": lambda c, n: c - n, "*": lambda c, n: c * n}
    new = {name: by[o](F.col(column), F.lit(n)) for name, (o, column, n) in plan["set"].items()}
    return df.withColumns(new)


def explode(plan, df):
    count = F.col(plan["column"])
    numbers = F.when(count > 0, F.sequence(F.lit(0).cast("bigint"), count - 1))
    return df.withColumn(plan["as"], F.explode(numbers))


def window_of(spec):
    column = F.col(spec["column"] if "column" in spec else spec["window"])
    if "sessionGapMs" in spec:
        gap = spec["sessionGapMs"]
        if isinstance(gap, dict):
            units = f"CAST({gap['column']} * {gap['unitMs']} / 1000 AS DECIMAL(18, 6))"
            window = F.session_window(column, F.expr(f"make_interval(0, 0, 0, 0, 0, 0, {units})"))
        else:
            window = F.session_window(column, seconds(gap))
    else:
        duration = spec["durationMs"]
        slide, start = spec.get("slideMs", duration), spec.get("startMs", 0)
        window = F.window(column, seconds(duration), seconds(slide), seconds(start))
    return window.alias(spec.get("as", "window"))


AGGREGATES = {
    "count": lambda c: F.count(F.lit(1) if c is None else F.col(c)),
    "sum": F.sum,
    "min": F.min,
    "max": F.max,
    "avg": F.avg,
    "first": F.first,
    "last": F.last,
    "collectList": F.collect_list,
    "collectSet": lambda c: F.array_sort(F.collect_set(c)),
    "stddevSamp": F.stddev_samp,
    "varPop": F.var_pop,
}


def window_time(plan, df):
    """The last instant of a window instead of the window."""
    return df.withColumn(plan["as"], F.window_time(plan["window"])).drop(plan["window"])


def aggregate(plan, df):
    keys = [F.col(key) for key in plan["keys"]]
    if plan["window"]:
        keys.append(window_of(plan["window"]))
    aggs = [
        AGGREGATES[fn](column[0] if column else None).alias(name)
        for name, (fn, *column) in plan["aggs"].items()
    ]
    return df.groupBy(*keys).agg(*aggs)


def drop_duplicates(plan, df):
    if plan["withinWatermark"]:
        return df.dropDuplicatesWithinWatermark(plan["columns"])
    return df.dropDuplicates(plan["columns"])


def join(plan, left, right):
    condition = None
    for l, r in plan.get("on") or []:
        one = F.col(l) == F.col(r)
        condition = one if condition is None else condition & one
    for bound in plan.get("within") or []:
        plus = F.expr(f"INTERVAL '{bound['plusMs'] / 1000:.3f}' SECOND")
        one = compare(F.col(bound["left"]), bound["cmp"], F.col(bound["right"]) + plus)
        condition = one if condition is None else condition & one
    if plan.get("where"):
        one = holds(plan["where"])
        condition = one if condition is None else condition & one
    return left.join(right, condition, JOIN_TYPES[plan["type"]])


JOIN_TYPES = {
    "inner": "inner",
    "leftOuter": "left_outer",
    "rightOuter": "right_outer",
    "fullOuter": "full_outer",
    "leftSemi": "left_semi",
    "leftAnti": "left_anti",
}


def static_join(plan, df):
    # Not VALUES: the optimizer would work out an empty table and leave the stream out altogether.
    rows = [(row["sk"], row["label"]) for row in plan["rows"]]
    table = df.sparkSession.createDataFrame(rows, "sk STRING, label STRING")
    condition = None
    for l, r in plan["on"]:
        one = F.col(l) == F.col(r)
        condition = one if condition is None else condition & one
    left, right = (table, df) if plan.get("tableIsLeft") else (df, table)
    return left.join(right, condition, JOIN_TYPES[plan["type"]])


def sort(plan, df):
    by = [F.asc(c) if order == "asc" else F.desc(c) for c, order in plan["by"]]
    return df.orderBy(*by)


OPERATORS = {
    "filter": lambda plan, df: df.filter(holds(plan["where"])),
    "map": map_columns,
    "explode": explode,
    "select": lambda plan, df: df.select(*plan["columns"]),
    "rename": lambda plan, df: df.withColumnsRenamed(plan["names"]),
    "windowTime": window_time,
    "withWatermark": lambda plan, df: df.withWatermark(plan["column"], seconds(plan["delayMs"])),
    "withWindow": lambda plan, df: df.withColumn(
        plan["as"], F.window(plan["column"], seconds(plan["durationMs"]))
    ),
    "aggregate": aggregate,
    "dropDuplicates": drop_duplicates,
    "distinct": lambda plan, df: df.distinct(),
    "staticJoin": static_join,
    "limit": lambda plan, df: df.limit(plan["n"]),
    "sort": sort,
    "groupState": group_state,
    "process": process,
    "script": script,
}
