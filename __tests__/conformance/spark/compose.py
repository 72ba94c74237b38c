"""Random chains of stateful operators, for generate.py's family `composed`.

The other families fill in plans that somebody thought of. Here a plan is put together: each step
takes one, two or three tables and makes one of them, so that any operator may stand behind any
other. A table is its event time, perhaps a key, and values; the names are fresh everywhere.

Not asked, beside what stands at the head of generate.py, because the answer is Spark's accident:

- a left semi join above an operator that evicts: of two rows of one batch that are both behind the
  eviction watermark it misses the match.
- which row dropDuplicates keeps, where rows come in the order of a hash table: all columns are keys.
- groups by a session that an aggregation has made: Spark takes it for a session window once more.
- windows over a left semi join of which the left has no watermark: in update mode ours close them.
- dropDuplicates of rows whose time a projection has replaced by its window: ours keep their own time.
- the value of window_time: Spark's is 1 us before the end, ours half a millisecond.
"""

import json
import random
from dataclasses import dataclass, replace

TYPES = ["timestamp", "string", "long", "long", "double"]
SIZES = [4, 5, 7, 10, 10, 20]
# In hours around a change of the clock, or in seconds; the zone is the session's.
PLACES = [
    (1000, 10_000, None),
    (1000, 10_000, None),
    (1000, -15_000, None),
    (1000, 1_700_000_000_000, None),
    (1000, 1_709_164_790_000, "Asia/Kolkata"),
    (3_600_000, 1_711_846_800_000, "Europe/Berlin"),
    (3_600_000, 1_730_613_600_000, "America/New_York"),
    (3_600_000, -86_400_000, "Europe/Berlin"),
]


def source(name="a"):
    return {"op": "source", "name": name}


def over(op, inner, **fields):
    return {"op": op, "in": inner, **fields}


@dataclass(frozen=True)
class Table:
    """`kind` of the event time: an instant, a window, or the last instant of one."""

    plan: dict
    time: str
    kind: str
    key: str | None
    values: tuple
    ordered: bool  # its rows come in an order that Spark promises
    marked: bool = True
    evicts: bool = False
    nulls: bool = False  # its key may be null
    filtered: bool = False  # by its first value
    session: bool = False  # its window is a session
    column: bool = False  # its window is a column that a projection has made

    def columns(self):
        return [self.time, *([self.key] if self.key else []), *self.values]


class Composer:
    """One vector: `self.r` is its randomness."""

    def __init__(self, seed):
        self.r = random.Random(f"composed-{seed}")
        self.unit, self.base, zone = self.r.choice(PLACES)
        self.conf = {} if zone is None else {"timeZone": zone}
        if self.chance(0.25):
            self.conf["multipleWatermarkPolicy"] = "max"
        self.mode = "append" if self.chance(0.75) else self.pick("update", "update", "complete")
        self.sources = {}
        self.names = 0
        self.joins = False
        self.null_times = self.chance(0.2)
        self.all_aggs = False

    def plan(self):
        if self.mode == "append":
            table = self.table(self.pick(1, 2, 2, 3, 3, 4))
        else:  # Spark refuses most chains
            table = self.table(self.pick(0, 0, 1, 1, 2))
            if self.chance(0.5):
                return self.shown(table)
            if self.chance(0.8):
                table = self.r.choice([self.grouped] if table.column else [self.windowed, self.grouped])(table)
        if self.chance(0.1) and table.key and table.ordered and table.kind == "instant":
            return self.processed(table)
        if self.chance(0.25):
            return self.shown(table)
        table = self.between(table)
        shown = [column for column in table.columns() if table.kind != "last" or column != table.time]
        return over("select", table.plan, columns=shown)

    def shown(self, table):
        """An aggregation at the end, with functions that nothing else could go on from."""
        table = self.between(table)
        if table.session and table.kind == "window":
            table = self.last(table)
        self.all_aggs = True
        makers = [self.grouped] if table.column else [self.grouped, self.windowed, self.windowed]
        if table.key and not table.column and self.mode != "update":
            makers.append(self.session)
        table = self.r.choice(makers)(table)
        plan = table.plan
        while plan["op"] != "aggregate":
            plan = plan["in"]
        time = [] if table.kind == "last" else [table.time]
        columns = [*time, *([table.key] if table.key else []), *plan["aggs"]]
        plan = over("select", table.plan, columns=columns)
        if self.mode == "complete" and self.chance(0.6):
            ordered = [c for c in columns if table.plan["aggs"].get(c, [""])[0] not in ("collectSet", "collectList")]
            plan = over("sort", plan, by=[[c, self.pick("asc", "desc")] for c in ordered])
            if self.chance(0.5) and len(ordered) == len(columns):
                plan = over("limit", plan, n=self.r.randint(1, 4))
        return plan

    # Pieces.

    def chance(self, p):
        return self.r.random() < p

    def pick(self, *choices):
        return self.r.choice(choices)

    def fresh(self, prefix):
        self.names += 1
        return f"{prefix}{self.names}"

    def delay(self):
        return self.unit * self.pick(0, 0, 2, 5, 10, 20)

    def gap(self):
        return self.unit * self.pick(0, 0, 2, 5, 10)

    def leaf(self, marked=True):
        if self.sources and self.chance(0.12):
            name, again = self.pick(*self.sources), True
        else:
            name, again = self.fresh("s"), False
            names = [self.fresh(prefix) for prefix in "tkjvd"]
            self.sources[name] = [list(pair) for pair in zip(names, TYPES)]
        time, key, j, v, _ = [column for column, _ in self.sources[name]]
        plan = source(name)
        if self.chance(0.2):
            plan = over("filter", plan, where=[[j, self.pick("!=", "<="), self.r.randint(0, 2)]])
        mark = lambda plan, time: over("withWatermark", plan, column=time, delayMs=self.delay())
        early = marked and self.chance(0.6)
        if early:
            plan = mark(plan, time)
        plan = over("select", plan, columns=[time, key, v])
        if again or self.chance(0.15):
            new = [self.fresh(prefix) for prefix in "tkv"]
            plan = over("rename", plan, names=dict(zip([time, key, v], new)))
            time, key, v = new
        if marked and not early:
            plan = mark(plan, time)
        return Table(plan, time, "instant", key, (v,), True, marked, nulls=True)

    def table(self, n):
        """`n` operators with state."""
        if n == 0:
            return self.leaf()
        one = self.r.random()
        if one < 0.32:
            return self.join(n - 1)
        if one < 0.42:
            return self.union(n)
        table = self.between(self.table(n - 1))
        makers = [self.windowed, self.windowed, self.windowed, self.dedup, self.dedup]
        if table.column:
            makers = []
        if table.column or not table.session:
            makers.append(self.grouped)
        if table.key and not table.column:
            makers.append(self.session)
            if table.kind == "instant" and self.chance(0.4):
                makers.append(self.ticked)
        return self.r.choice(makers)(table)

    # Without state.

    def between(self, table):
        if self.chance(0.12):
            where = [[table.values[0], self.pick("!=", ">=", "<="), self.r.randint(0, 3)]]
            table = replace(table, plan=over("filter", table.plan, where=where), filtered=True)
        if self.chance(0.1):
            v = table.values[0]
            table = replace(table, plan=over("map", table.plan, set={v: [self.pick("+", "*"), v, 2]}))
        if self.chance(0.1):
            new = {column: self.fresh(column[0]) for column in table.columns()}
            table = self.renamed(table, new)
        if table.ordered and table.kind == "instant" and self.chance(0.08):
            i = self.fresh("v")
            plan = over("explode", table.plan, column=table.values[0], **{"as": i})
            table = replace(table, plan=plan, values=(i,))
            table = replace(table, plan=over("select", plan, columns=table.columns()))
        if table.kind == "instant" and table.marked and self.chance(0.12):
            table = self.columned(table)
        if table.kind == "window" and self.chance(0.25):
            table = self.last(table)
        if table.key and self.chance(0.06):
            table = self.static(table)
        return table

    def renamed(self, table, new):
        return replace(
            table,
            plan=over("rename", table.plan, names=new),
            time=new[table.time],
            key=table.key and new[table.key],
            values=tuple(new[value] for value in table.values),
        )

    def last(self, table):
        if table.kind != "window":
            return table
        time = self.fresh("t")
        plan = over("windowTime", table.plan, window=table.time, **{"as": time})
        return replace(table, plan=plan, time=time, kind="last", session=False, column=False)

    def columned(self, table):
        """The window of a row as a column, instead of its time."""
        window, size = self.fresh("w"), self.unit * self.pick(5, 10)
        plan = over("withWindow", table.plan, column=table.time, **{"as": window}, durationMs=size)
        table = replace(table, time=window, kind="window", column=True)
        return replace(table, plan=over("select", plan, columns=table.columns()))

    def static(self, table):
        rows = [{"sk": sk, "label": label} for sk, label in self.pick(
            [("a", "one"), ("a", "uno"), ("b", "two")], [("b", "two"), ("c", None)], [("c", "tri")]
        )]
        kind = self.pick("inner", "leftOuter", "leftSemi", "leftAnti")
        plan = over("staticJoin", table.plan, type=kind, on=[[table.key, "sk"]], rows=rows)
        if self.chance(0.25):
            kind = self.pick("inner", "rightOuter")
            plan = {**plan, "type": kind, "tableIsLeft": True}
        if kind in ("leftSemi", "leftAnti"):
            return replace(table, plan=plan)
        label = self.fresh("k")
        plan = over("rename", plan, names={"label": label})
        table = replace(table, plan=plan, key=label, nulls=True, ordered=False)
        return replace(table, plan=over("select", plan, columns=table.columns()))

    # Of one table.

    def aggs(self, table):
        made = {}
        if self.all_aggs:
            value = table.values[0]
            some = [["avg", value], ["collectSet", value], ["varPop", value], ["stddevSamp", value]]
            some += [["sum", value], ["count"], ["count", value]]
            if table.key:
                some += [["min", table.key], ["max", table.key], ["count", table.key]]
            if table.ordered:
                some += [["first", value], ["last", value], ["collectList", value]]
            return {self.fresh("v"): agg for agg in self.r.sample(some, self.r.randint(1, 4))}
        if self.chance(0.6):
            made[self.fresh("v")] = ["count"]
        for value in table.values:
            if len(made) < 3 or value == table.values[-1]:
                made[self.fresh("v")] = [self.pick("sum", "sum", "count", "min", "max"), value]
        return made

    def aggregated(self, table, keys, window):
        aggs = self.aggs(table)
        if not self.all_aggs and self.chance(0.12):
            keys = [*keys, table.values[0]]  # one that nothing goes on from
        plan = over("aggregate", table.plan, keys=keys, window=window, aggs=aggs)
        key = table.key if table.key in keys else None
        values = tuple(list(aggs)[-2:])
        made = {"ordered": False, "evicts": True, "filtered": False, "column": False}
        return replace(table, plan=plan, key=key, values=values, **made)

    def spec(self, table):
        of = {"window": table.time} if table.kind == "window" else {"column": table.time}
        return {**of, "as": self.fresh("w")}

    def windowed(self, table):
        size = self.unit * self.r.choice(SIZES)
        slide, start = size, 0
        if self.chance(0.3):
            slide = self.unit * self.pick(*[s for s in (2, 3, 5) if s * self.unit <= size])
        if self.chance(0.15):
            start = self.unit * self.pick(-1, 1)
        window = {**self.spec(table), "durationMs": size, "slideMs": slide, "startMs": start}
        keys = [table.key] if table.key and self.chance(0.6) else []
        made = self.aggregated(table, keys, window)
        return replace(made, time=window["as"], kind="window", session=False)

    def session(self, table):
        gap = self.unit * self.pick(2, 3, 5, 10)
        if self.chance(0.4):
            gap = {"column": table.values[0], "unitMs": self.unit * self.pick(1, 2, 3)}
        window = {**self.spec(table), "sessionGapMs": gap}
        made = self.aggregated(table, [table.key], window)
        return replace(made, time=window["as"], kind="window", session=True)

    def grouped(self, table):
        """Groups by the time itself."""
        keys = [table.time, *([table.key] if table.key and self.chance(0.6) else [])]
        return self.aggregated(table, keys, None)

    def dedup(self, table):
        within = table.kind != "window" and self.chance(0.6)
        columns = table.columns()
        if table.ordered:
            key, value = table.key or table.values[0], table.values[0]
            columns = self.pick([key], [value], list({key, value}))
            columns = sorted(columns)
            if not within and self.chance(0.8):
                columns.append(table.time)
        plan = over("dropDuplicates", table.plan, columns=columns, withinWatermark=within)
        return replace(table, plan=plan)

    def processed(self, table):
        """A state function at the end."""
        name = self.pick("tickPerWindow", "listAndFlush", "manyTimers")
        return over("process", self.named(table), keys=["k"], function=name, timeMode="eventTime")

    def named(self, table):
        """As the state functions know their columns."""
        names = {table.time: "time", table.key: "k", table.values[0]: "v"}
        return over("rename", over("select", table.plan, columns=list(names)), names=names)

    def ticked(self, table):
        """A state function whose rows have event times of their own."""
        fields = {"keys": ["k"], "function": "tickAt", "timeMode": "eventTime", "eventTime": "at"}
        plan = over("process", self.named(table), **fields)
        made = replace(table, plan=plan, time="at", key="k", values=("x",), ordered=False)
        return self.renamed(made, {"at": self.fresh("t"), "k": self.fresh("k"), "x": self.fresh("v")})

    # Of several.

    def whole(self, table, column):
        """Without rows that are null there: Spark lets them match in some plans."""
        if column == table.values[0] and table.filtered:
            # Spark would put the filter on the other side of the join, too, and store fewer rows.
            plan = over("map", table.plan, set={column: ["+", column, 1]})
            table = replace(table, plan=plan, filtered=False)
        cmp, literal = ("!=", "-") if column == table.key else (">", -10_000)
        return replace(table, plan=over("filter", table.plan, where=[[column, cmp, literal]]))

    def join(self, n):
        self.joins = True
        some = self.r.randint(0, n)
        left, right = self.between(self.table(some)), self.between(self.table(n - some))
        if n == 0 and self.chance(0.15):
            bare = self.leaf(marked=False)
            left, right = self.pick((left, bare), (bare, right))
        on = []
        if left.key and right.key:
            on.append([left.key, right.key])
        by_time = self.chance(0.35) and not self.null_times
        if not (by_time and left.kind == right.kind):
            left, right = self.last(left), self.last(right)
        by_time = by_time and left.kind == right.kind
        if not on and not by_time or not on and self.chance(0.3):
            on.append([left.values[0], right.values[0]])
        for l, r in on:
            left, right = self.whole(left, l), self.whole(right, r)
        extra = {"within": self.bounds(left, right)}
        if by_time:
            on = [*on, [left.time, right.time]]
            # Bounds that say more than the equality would be worked out before the join.
            sure = [self.bound(left, ">=", right, -self.gap()), self.bound(left, "<=", right, self.gap())]
            extra = {} if left.kind == "window" or self.chance(0.8) else {"within": sure}
        where = []
        if self.chance(0.15):
            where.append([left.values[0], self.pick("!=", "<="), "@" + right.values[0]])
        if self.chance(0.25):
            one = self.pick(left, right).values[0]
            if all(one not in pair for pair in on):
                where.append([one, self.pick("!=", "<="), self.r.randint(0, 3)])
        if where:
            extra["where"] = where
        kinds = ["inner", "inner", "leftOuter", "leftOuter", "rightOuter", "fullOuter"]
        if left.marked and not left.evicts and not right.evicts:
            kinds.append("leftSemi")
        if self.mode != "append" and self.chance(0.7):
            kinds = [kind for kind in kinds if kind in ("inner", "leftSemi")]
        kind = self.r.choice(kinds)
        plan = {"op": "join", "type": kind, "left": left.plan, "right": right.plan, "on": on, **extra}
        return self.joined(plan, left, right)

    def joined(self, plan, left, right):
        kind = plan["type"]
        if kind == "leftSemi":
            return replace(left, plan=over("select", plan, columns=left.columns()), ordered=False)
        sure = {"leftOuter": [left], "rightOuter": [right]}.get(kind, [left, right])
        sides = sure if self.chance(0.8) else [left, right]
        side = self.r.choice([one for one in sides if one.marked] or [left])
        values = (left.values[0], right.values[0])
        made = replace(side, values=values, ordered=False, evicts=True, nulls=kind != "inner")
        made = replace(made, filtered=left.filtered)
        return replace(made, plan=over("select", plan, columns=made.columns()))

    def bound(self, left, cmp, right, ms):
        return {"left": left.time, "cmp": cmp, "right": right.time, "plusMs": ms}

    def bounds(self, left, right):
        by = self.unit * self.pick(0, 0, 0, 0, -5, 3, 10)
        within = [
            self.bound(left, self.pick(">=", ">"), right, by - self.gap()),
            self.bound(left, self.pick("<=", "<"), right, by + self.gap()),
        ]
        if self.chance(0.12):
            return [self.r.choice(within)]
        if self.chance(0.1):  # of several the tightest matches, and the widest keeps state
            ms = by + self.pick(-1, 1) * self.gap()
            within.append(self.bound(left, self.pick(">=", ">", "<", "<="), right, ms))
        return within

    def union(self, n):
        tables = [self.table(0) for _ in range(self.pick(2, 2, 3))]
        tables[self.r.randrange(len(tables))] = self.table(n - 1)
        if any(table.kind != "window" for table in tables) or self.chance(0.3):
            tables = [self.last(table) for table in tables]
        keyed = all(table.key for table in tables)
        kinds = {table.kind for table in tables}
        alike = []
        for table in tables:
            one = replace(table, key=table.key if keyed else None, values=table.values[:1])
            alike.append(replace(one, plan=over("select", one.plan, columns=one.columns())))
        first, *others = alike
        inputs = [first.plan]
        for other in others:
            inputs.append(self.renamed(other, dict(zip(other.columns(), first.columns()))).plan)
        return replace(
            first,
            plan={"op": "union", "inputs": inputs},
            kind="last" if "last" in kinds else first.kind,
            ordered=all(table.ordered for table in tables),
            evicts=any(table.evicts for table in tables),
            nulls=any(table.nulls for table in tables),
            filtered=any(table.filtered for table in tables),
            session=any(table.session for table in tables),
            column=any(table.column for table in tables),
        )

    # Rows.

    def rows(self):
        fine = self.chance(0.25)
        lags = {name: self.unit * self.pick(0, 0, 0, -5, -15, 8) for name in self.sources}
        base, steps = self.base, []
        for i in range(self.r.randint(3, 6)):
            add = {}
            quiet = i > 0 and self.chance(0.08)
            for name, columns in self.sources.items():
                if quiet or len(self.sources) > 1 and self.chance(0.3 if i else 0.1):
                    continue
                count = 25 if self.chance(0.06) else self.r.randint(1, 6)
                at = base + lags[name]
                add[name] = [self.row(columns, at, fine) for _ in range(count)]
            steps.append({"add": add})
            base += self.unit * self.pick(0, 2, 5, 5, 10, 10, 15, 30)
        for _ in range(self.pick(0, 1, 1, 1, 2)):  # of a long chain nothing would come out otherwise
            base += self.unit * self.pick(60, 60, 200)
            rows = lambda columns: [self.row(columns, base, fine) for _ in range(2)]
            steps.append({"add": {name: rows(columns) for name, columns in self.sources.items()}})
        return steps

    def row(self, columns, at, fine):
        time = at + self.unit * self.r.randint(-8, 8)
        if self.chance(0.4):  # where windows end and watermarks stand
            time -= time % (5 * self.unit)
        if fine:
            time += self.pick(0, 0, 1, -1, 500)
        null = lambda p, value: None if self.chance(p) else value
        values = [
            None if self.null_times and self.chance(0.08) else time,
            null(0 if self.joins else 0.06, self.pick("a", "a", "b", "b", "c")),
            null(0.06, self.r.randint(0, 2)),
            null(0.1, self.r.randint(0, 4)),
            null(0.1, self.r.randint(-8, 8) / 4),
        ]
        return {column: value for (column, _), value in zip(columns, values)}


def composed(seed):
    composer = Composer(seed)
    plan = composer.plan()
    return {
        "name": f"composed-x{seed}",
        "family": "composed",
        "seed": seed,
        "outputMode": composer.mode,
        "conf": composer.conf,
        "feed": "drained" if composer.chance(0.15) else "stepwise",
        "sources": composer.sources,
        "plan": plan,
        "steps": composer.rows(),
    }


if __name__ == "__main__":
    print(json.dumps(composed(1)))
