"""Random vectors from seeds: the questions for answer.py. The same seed gives the same vector.

    python generate.py --count 200 --seed 1 [--family join] > questions.jsonl

About half of them look like the vectors of the vectors' README, which somebody else's generator
made; the others combine what the grammar allows. Not asked, because the answer says nothing:

- null join keys, and a join condition `column > number`: Spark contradicts its own rule there.
- which rows a `limit` keeps behind an operator with state: they come in the order of a hash table.
- `first`, `last` and `collectList` behind one, for the same reason.
- dropDuplicatesWithinWatermark over windows: Spark reads the struct's bytes as a time (1970).
- a stateful operator straight behind groupState: the Python API fails there (ClassCastException).
- functions of groupState that leave a fired timeout unset: the Python API fires it again.
"""

import argparse
import json
import random

from compose import composed, over, source
from scripts import scripted

COLUMNS = [["time", "timestamp"], ["k", "string"], ["j", "long"], ["v", "long"], ["d", "double"]]
DELAYS = [0, 2000, 5000, 10000, 30000]
WINDOWS = [4000, 5000, 7000, 10000, 20000]
SLIDES = [1000, 2000, 3000, 4000, 5000]
AGGS = {
    "n": ["count"],
    "nv": ["count", "v"],
    "s": ["sum", "v"],
    "sd": ["sum", "d"],
    "lo": ["min", "v"],
    "hi": ["max", "v"],
    "mean": ["avg", "v"],
    "f": ["first", "v"],
    "l": ["last", "v"],
    "all": ["collectList", "v"],
    "set": ["collectSet", "v"],
    "dev": ["stddevSamp", "v"],
    "var": ["varPop", "v"],
    "kmin": ["min", "k"],
    "kmax": ["max", "k"],
    "tmax": ["max", "time"],
}
MORE_AGGS = {
    "tmin": ["min", "time"],
    "nd": ["count", "d"],
    "nk": ["count", "k"],
    "lod": ["min", "d"],
    "hid": ["max", "d"],
    "meand": ["avg", "d"],
    "fk": ["first", "k"],
    "ld": ["last", "d"],
    "allk": ["collectList", "k"],
    "setk": ["collectSet", "k"],
    "setj": ["collectSet", "j"],
    "devd": ["stddevSamp", "d"],
    "vard": ["varPop", "d"],
    "sj": ["sum", "j"],
}
# Their result depends on the order in which rows come.
ORDERED = {"first", "last", "collectList"}


class Maker:
    """One vector: `self.r` is its randomness."""

    def __init__(self, seed, family):
        self.r = random.Random(f"{family}-{seed}")
        self.sources = {"a": COLUMNS}
        self.conf = {}
        self.mode = "append"
        self.has_null_times = True
        self.wide = self.r.random() < 0.5  # beyond the given vectors
        self.steps = self.r.randint(4, 7)

    # Pieces.

    def chance(self, p):
        return self.r.random() < p

    def pick(self, *choices):
        return self.r.choice(choices)

    def some(self, names, low, high):
        names = list(names)
        return self.r.sample(names, min(len(names), self.r.randint(low, high)))

    def delay(self):
        if self.wide and self.chance(0.1):
            return self.pick(500, 1500, 60000)
        return self.r.choice(DELAYS)

    def where(self, prefix=""):
        if prefix == "" and self.chance(0.3):
            return [["k", self.pick("==", "!="), self.pick("a", "b")]]
        if self.wide and self.chance(0.15):
            return [[prefix + "d", self.pick("<", ">="), self.pick(-0.5, 0.0, 1.0)]]
        column = prefix + (self.pick("v", "j") if prefix == "" else "v")
        cmp = self.pick("==", "!=", "<", "<=", ">", ">=")
        one = [column, cmp, self.r.randint(0, 6)]
        if self.wide and self.chance(0.15):
            return [one, [prefix + "v", "!=", self.r.randint(0, 9)]]
        return [one]

    def filtered(self, plan, p, prefix=""):
        return over("filter", plan, where=self.where(prefix)) if self.chance(p) else plan

    def mapped(self, plan, p):
        if not self.chance(p):
            return plan
        if self.wide and self.chance(0.3):
            column = self.pick("d", "j", "v")
            return over("map", plan, set={column: [self.pick("+", "-", "*"), column, 2]})
        return over("map", plan, set={"v": [self.pick("+", "-", "*"), "v", self.r.randint(1, 5)]})

    def stream(self, name="a"):
        """A source with what may stand below its watermark."""
        return self.mapped(self.filtered(source(name), 0.35), 0.15)

    def marked(self, plan=None, column="time"):
        plan = self.stream() if plan is None else plan
        return over("withWatermark", plan, column=column, delayMs=self.delay())

    def keys(self, low=0, high=2):
        return self.some(["k", "j"], low, high)

    def window(self, column="time"):
        duration = self.r.choice(WINDOWS)
        slide = duration
        if self.chance(0.45):
            slide = self.r.choice([s for s in SLIDES if s <= duration])
        start = 0
        if self.chance(0.25):
            start = self.pick(*[s for s in (-2000, -1000, 1000, 2000) if abs(s) < slide] or [0])
        window = {"column": column, "durationMs": duration, "slideMs": slide, "startMs": start}
        if self.wide and self.chance(0.1):
            window["as"] = "w"
        return window

    def session(self):
        if self.chance(0.35):
            return {"column": "time", "sessionGapMs": {"column": "j", "unitMs": 2000}}
        return {"column": "time", "sessionGapMs": self.pick(2000, 3000, 5000, 10000)}

    def aggs(self, ordered=True):
        known = {**AGGS, **(MORE_AGGS if self.wide else {})}
        names = [n for n, (fn, *_) in known.items() if ordered or fn not in ORDERED]
        names = self.some(names, 1, 4)
        return {name: known[name] for name in names} | ({"n": ["count"]} if self.chance(0.3) else {})

    def aggregate(self, plan, keys=None, window=None, ordered=True):
        keys = self.keys() if keys is None else keys
        return over("aggregate", plan, keys=keys, window=window, aggs=self.aggs(ordered))

    def again(self, plan, window="window", size=None):
        """A window over the windows of `plan`."""
        duration = size or self.pick(5000, 10000, 20000)
        slide, start = duration, 0
        if self.wide and size is None:
            slide = self.pick(duration, duration, 5000)
            start = self.pick(0, 0, 1000, -2000)
        spec = {"window": window, "durationMs": duration, "slideMs": slide, "startMs": start}
        return over("aggregate", plan, keys=[], window=spec, aggs={"n": ["count"], "s": ["sum", "n"]})

    def sorted(self, plan, values):
        by = [*([plan["window"].get("as", "window")] if plan["window"] else []), *plan["keys"]]
        by += [name for name in values if plan["aggs"][name][0] not in ("collectList", "collectSet")]
        return over("sort", plan, by=[[column, self.pick("asc", "desc")] for column in by])

    def two(self, left="a", right="b"):
        for name, prefix in ((left, "l"), (right, "r")):
            self.sources[name] = [[prefix + column, kind] for column, kind in COLUMNS]
        self.has_null_times = False

    def side(self, prefix, watermark=True):
        name = {"l": "a", "r": "b"}[prefix]
        plan = self.filtered(source(name), 0.08, prefix)
        return self.marked(plan, prefix + "time") if watermark else plan

    def join_where(self):
        where = []
        if self.chance(0.4):
            where.append([self.pick("lv", "rv"), self.pick("!=", "<="), self.r.randint(1, 6)])
        if self.chance(0.2):
            where.append(["lv", self.pick("!=", "==") if self.wide else "!=", "@rv"])
        return {"where": where} if where else {}

    def bounds(self):
        within = [
            {"left": "ltime", "cmp": self.pick(">=", ">"), "right": "rtime", "plusMs": -self.gap()},
            {"left": "ltime", "cmp": self.pick("<=", "<"), "right": "rtime", "plusMs": self.gap()},
        ]
        if self.chance(0.12):
            within = [self.r.choice(within)]
        return within

    def gap(self):
        if self.wide and self.chance(0.1):
            return self.pick(-1000, 500, 15000)
        return self.pick(0, 2000, 5000, 10000)

    def on(self):
        return [["lk", "rk"], *([["lj", "rj"]] if self.chance(0.25) else [])]

    def join(self, kind=None, windows=None):
        """A join of two streams, on windows or bounded in time."""
        self.two()
        kinds = ["inner", "leftOuter", "rightOuter", "fullOuter", "leftSemi"]
        kind = kind or self.r.choice(kinds)
        marks = (True, True)
        if self.chance(0.15):
            marks = self.pick((True, False), (False, True), (False, False))
        if windows if windows is not None else self.chance(0.5):
            size = self.pick(5000, 10000)
            sides = [self.side(p, m) for p, m in zip("lr", marks)]
            sides = [
                over(
                    "select",
                    over("withWindow", plan, column=p + "time", **{"as": p + "w"}, durationMs=size),
                    columns=[p + "w", p + "k", p + "j", p + "v"],
                )
                for p, plan in zip("lr", sides)
            ]
            extra = {"on": [*self.on(), ["lw", "rw"]]}
        else:
            sides = [self.side(p, m) for p, m in zip("lr", marks)]
            extra = {"within": self.bounds(), "on": self.on()}
        left, right = sides
        return {
            "op": "join",
            "type": kind,
            "left": left,
            "right": right,
            **extra,
            **self.join_where(),
        }

    # Families: each answers a plan and sets the output mode.

    def aggregation(self):
        self.mode = self.pick("append", "append", "update", "update", "complete")
        plan = self.stream() if self.chance(0.1) else self.filtered(self.marked(), 0.2)
        if self.chance(0.2) and self.mode != "append":
            plan = self.aggregate(plan)
        elif self.chance(0.15):
            plan = self.aggregate(plan, ["time", *self.keys()])
        elif self.wide and self.chance(0.15):
            plan = over("withWindow", plan, column="time", **{"as": "w"}, durationMs=5000)
            plan = over("select", plan, columns=["w", "k", "j", "v"])
            keys = ["w", *self.keys()]
            plan = over("aggregate", plan, keys=keys, window=None, aggs=self.without_times())
        elif self.wide and self.chance(0.1):
            plan = over("explode", plan, column="j", **{"as": "i"})
            keys = [*self.keys(0, 1), "i"]
            plan = self.aggregate(plan, keys, self.window())
        else:
            plan = self.aggregate(plan, None, self.window())
        if self.mode == "complete" and self.chance(0.4):
            plan = self.sorted(plan, plan["aggs"])
            if self.chance(0.5):
                plan = over("limit", plan, n=self.r.randint(1, 5))
        elif "n" in plan["aggs"] and self.chance(0.2):
            plan = over("filter", plan, where=[["n", ">", 1]])
        return plan

    def without_times(self):
        return {n: a for n, a in self.aggs().items() if a[-1] not in ("time", "d")} or {"n": ["count"]}

    def chain(self):
        makers = [self.windows_again, self.windows_again, self.dedup_first, self.join_first]
        makers += [self.join_last]
        if self.wide:
            makers += [
                self.dedup_last,
                self.time_again,
                self.dedup_join,
                self.join_dedup,
                self.session_again,
                self.static_between,
                self.union_between,
                self.joins,
            ]
        plan = self.r.choice(makers)()
        if self.wide and self.chance(0.1):
            self.conf = {"multipleWatermarkPolicy": "max"}
        return plan

    def windows_again(self):
        keys = self.keys()
        window = {"column": "time", "durationMs": 5000, "slideMs": 5000, "startMs": 0}
        if self.wide:
            window = self.window()
        aggs = {"n": ["count"], "v": ["sum", "v"]}
        plan = over("aggregate", self.marked(source()), keys=keys, window=window, aggs=aggs)
        if self.wide and self.chance(0.3):
            plan = over("filter", plan, where=[["n", ">", 1]])
        plan = self.again(plan, window.get("as", "window"))
        plan["aggs"]["hi"] = ["max", "v"]
        if self.chance(0.4):
            plan = self.again(plan, size=20000)
            plan["aggs"]["s"] = ["sum", "s"]
        return plan

    def session_again(self):
        window = {"column": "time", "sessionGapMs": self.pick(3000, 5000)}
        aggs = {"n": ["count"], "v": ["sum", "v"]}
        plan = over("aggregate", self.marked(), keys=["k"], window=window, aggs=aggs)
        return self.again(plan)

    def time_again(self):
        """Groups by the time itself, then by windows of it."""
        aggs = {"n": ["count"], "v": ["sum", "v"]}
        keys = ["time", *self.keys()]
        plan = over("aggregate", self.marked(), keys=keys, window=None, aggs=aggs)
        aggs = {"n": ["count"], "s": ["sum", "n"], "hi": ["max", "v"]}
        return over("aggregate", plan, keys=[], window=self.window(), aggs=aggs)

    def dedup(self, plan, columns=None):
        within = self.chance(0.6)
        columns = columns or self.pick(["k"], ["j"], ["v"], ["k", "j"])
        if not within and self.chance(0.7):
            columns = [*columns, "time"]
        return over("dropDuplicates", plan, columns=columns, withinWatermark=within)

    def dedup_first(self):
        plan = self.dedup(self.marked(source()))
        if self.wide and self.chance(0.2):
            return self.aggregate(plan, self.keys(1, 2), self.session())
        return self.aggregate(plan, None, self.window())

    def dedup_last(self):
        plan = over(
            "aggregate", self.marked(), keys=["k"], window=self.window(), aggs={"n": ["count"]}
        )
        window = plan["window"].get("as", "window")
        columns = self.pick([window], ["n", window], ["n", "k", window])
        plan = over("dropDuplicates", plan, columns=columns, withinWatermark=False)
        return over("select", plan, columns=columns)

    def join_first(self):
        kind = self.pick("inner", "leftOuter")
        if self.wide:
            kind = self.pick("inner", "leftOuter", "rightOuter", "fullOuter", "leftSemi")
        windows = self.chance(0.15)
        plan = self.join(kind, windows)
        right = kind == "rightOuter"
        p = "r" if right else "l"
        values = ["lv"] if kind == "leftSemi" else ["lv", "rv"]
        aggs = {"n": ["count"], "s": ["sum", "lv"]}
        if kind != "leftSemi":
            aggs["nr"] = ["count", "rv"]
        if windows:
            columns = [p + "w", p + "k", *values]
            keys = [p + "w", *([p + "k"] if self.wide and self.chance(0.3) else [])]
            window = None
        else:
            columns = [p + "time", p + "k", *values]
            keys = [p + "k"] if self.chance(0.5) else []
            window = self.window(p + "time")
        return over("aggregate", over("select", plan, columns=columns), keys=keys, window=window, aggs=aggs)

    def join_last(self):
        self.two()
        size = self.pick(5000, 10000)
        sides = []
        for p in "lr":
            window = {
                "column": p + "time",
                "durationMs": size,
                "slideMs": size,
                "startMs": 0,
                "as": p + "w",
            }
            aggs = {p + "n": ["count"]}
            sides.append(
                over("aggregate", self.side(p), keys=[p + "k"], window=window, aggs=aggs)
            )
        kind = self.pick("leftOuter", "fullOuter")
        if self.wide:
            kind = self.pick("inner", "leftOuter", "rightOuter", "fullOuter", "leftSemi")
        on = [["lk", "rk"], ["lw", "rw"]]
        if self.wide and self.chance(0.3):
            on = [["lw", "rw"]]
        return {"op": "join", "type": kind, "left": sides[0], "right": sides[1], "on": on}

    def dedup_join(self):
        plan = self.join(windows=False)
        for side, p in (("left", "l"), ("right", "r")):
            marked = plan[side]["op"] == "withWatermark"
            if self.chance(0.6):
                columns = [p + self.pick("k", "j"), *([p + "time"] if self.chance(0.3) else [])]
                within = marked and columns[-1] != p + "time" and self.chance(0.7)
                plan[side] = over("dropDuplicates", plan[side], columns=columns, withinWatermark=within)
        return plan

    def join_dedup(self):
        plan = self.join(self.pick("inner", "leftOuter", "leftSemi"), False)
        columns = self.pick(["ltime", "lk"], ["ltime", "lk", "lv"])
        plan = over("select", plan, columns=columns)
        return over("dropDuplicates", plan, columns=columns, withinWatermark=False)

    def joins(self):
        """Two joins, one behind the other."""
        plan = self.join(self.pick("inner", "leftOuter"), False)
        self.sources["c"] = [["c" + column, kind] for column, kind in COLUMNS]
        right = over("withWatermark", source("c"), column="ctime", delayMs=self.delay())
        left = over("select", plan, columns=["ltime", "lk", "lv", "rv"])
        within = [
            {"left": "ltime", "cmp": ">=", "right": "ctime", "plusMs": -self.gap()},
            {"left": "ltime", "cmp": "<=", "right": "ctime", "plusMs": self.gap()},
        ]
        kind = self.pick("inner", "leftOuter", "leftSemi")
        on = [["lk", "ck"]]
        return {"op": "join", "type": kind, "left": left, "right": right, "within": within, "on": on}

    def long_chain(self):
        """More operators in a row than `chain`: outer joins in the middle, windows of windows."""
        self.mode = "append"
        one = self.r.randrange(4)
        plan = [self.outer_windows, self.three_joins, self.outer_dedup, self.sessions_again][one]()
        if self.chance(0.25):
            self.conf = {"multipleWatermarkPolicy": "max"}
        return plan

    def outer_join(self):
        """A join bounded in time, and the prefix of the side whose columns go on."""
        plan = self.join(self.pick("inner", "leftOuter", "rightOuter", "fullOuter"), False)
        p = "r" if plan["type"] == "rightOuter" else "l"
        columns = [p + "time", p + "k", "lv", "rv"]
        return over("select", plan, columns=columns), p

    def outer_windows(self):
        plan, p = self.outer_join()
        aggs = {"n": ["count"], "v": ["sum", "lv"], "nr": ["count", "rv"]}
        keys = [p + "k"] if self.chance(0.5) else []
        plan = over("aggregate", plan, keys=keys, window=self.window(p + "time"), aggs=aggs)
        plan = self.again(plan, plan["window"].get("as", "window"))
        if self.chance(0.5):
            plan = self.again(plan, size=20000)
        return plan

    def three_joins(self):
        """A third stream meets the time column that goes on from an outer join."""
        plan, p = self.outer_join()
        self.sources["c"] = [["c" + column, kind] for column, kind in COLUMNS]
        third = over("withWatermark", source("c"), column="ctime", delayMs=self.delay())
        sides, times = [plan, third], [p + "time", "ctime"]
        keys = [p + "k", "ck"]
        if self.chance(0.3):
            sides, times, keys = sides[::-1], times[::-1], keys[::-1]
        within = [
            {"left": times[0], "cmp": self.pick(">=", ">"), "right": times[1], "plusMs": -self.gap()},
            {"left": times[0], "cmp": self.pick("<=", "<"), "right": times[1], "plusMs": self.gap()},
        ]
        kind = self.pick("inner", "leftOuter", "rightOuter", "fullOuter")
        left, right = sides
        return {"op": "join", "type": kind, "left": left, "right": right, "within": within, "on": [keys]}

    def outer_dedup(self):
        """Rows that are alike in all columns: what is evicted comes in the order of a hash table."""
        plan, p = self.outer_join()
        columns = [p + "time", p + "k", "lv"]
        plan = over("select", plan, columns=columns)
        plan = over("dropDuplicates", plan, columns=columns, withinWatermark=True)
        if self.chance(0.3):
            aggs = {"n": ["count"], "v": ["sum", "lv"]}
            plan = over("aggregate", plan, keys=[], window=self.window(p + "time"), aggs=aggs)
        return plan

    def sessions_again(self):
        plan = self.dedup(self.unite()) if self.chance(0.5) else self.unite()
        aggs = {"n": ["count"], "v": ["sum", "v"]}
        keys = self.keys(1, 2)
        plan = over("aggregate", plan, keys=keys, window=self.session(), aggs=aggs)
        plan = self.again(plan)
        return self.again(plan, size=20000) if self.chance(0.4) else plan

    def static_between(self):
        plan = over(
            "aggregate", self.marked(), keys=["k"], window=self.window(), aggs={"n": ["count"]}
        )
        window = plan["window"].get("as", "window")
        return self.again(self.static(plan, self.pick("inner", "leftOuter", "leftSemi")), window)

    def union_between(self):
        self.mode = "append"
        plan = self.unite()
        return self.aggregate(self.dedup(plan), None, self.window(), ordered=False)

    def dedup_family(self):
        self.mode = self.pick("append", "update")
        if self.chance(0.15):
            plan = self.filtered(source(), 0.5)
            columns = self.pick(["k"], ["v"], ["k", "j"])
            return over("dropDuplicates", plan, columns=columns, withinWatermark=False)
        plan = self.dedup(self.marked(self.filtered(source(), 0.25)))
        if self.wide:
            if self.chance(0.2):
                plan = self.filtered(plan, 1)
            elif self.chance(0.2):
                plan = self.dedup(plan)
            elif self.chance(0.2):
                plan = over("distinct", self.marked())
            elif self.chance(0.2):
                plan = over("distinct", over("select", self.marked(), columns=["time", "k"]))
        return plan

    def group_state(self):
        self.mode = self.pick("append", "update")
        name = self.pick("runningCount", "countToThree", "maxTimeout", "sessionize", "stateless")
        timed = name in ("maxTimeout", "sessionize")
        timeout = "eventTime" if timed else "none"
        if name == "countToThree":
            timeout = self.pick("none", "eventTime")
        plan = self.filtered(source(), 0.25)
        if timeout == "eventTime" or self.chance(0.8):
            plan = self.marked(plan)
            if self.wide and self.chance(0.25):
                plan = self.dedup(plan)
        keys = self.pick(["k"], ["k", "j"])
        if self.wide:
            keys = self.pick(["k"], ["j"], ["k", "j"], ["v"])
        plan = over("groupState", plan, keys=keys, function=name, timeout=timeout, mode=self.mode)
        return self.filtered_x(plan)

    def filtered_x(self, plan):
        if self.wide and self.chance(0.2):
            return over("filter", plan, where=[["x", self.pick(">", "!="), self.r.randint(0, 2)]])
        return plan

    def process(self):
        self.mode = self.pick("append", "update")
        name = self.pick("tickPerWindow", "listAndFlush", "mapCounts", "manyTimers")
        plan = self.marked(self.filtered(source(), 0.1))
        if self.wide and self.chance(0.2):
            plan = self.dedup(plan)
        mode = "eventTime"
        if self.wide and name == "mapCounts" and self.chance(0.5):
            mode = "none"
        return self.filtered_x(over("process", plan, keys=["k"], function=name, timeMode=mode))

    def session_family(self):
        self.mode = self.pick("append", "append", "complete")
        if self.wide and self.chance(0.1):
            plan = over("map", source(), set={"j": ["-", "j", 1]})  # a gap may be negative
            return self.aggregate(self.marked(plan), self.keys(1, 2), self.session())
        plan = self.marked(self.filtered(source(), 0.3))
        if self.wide:
            plan = self.filtered(plan, 0.2)
        return self.aggregate(plan, self.keys(1, 2), self.session())

    def static(self, plan, kind=None):
        labels = [("a", "one"), ("a", "uno"), ("b", "two"), ("c", None), ("z", "zed"), (None, "nul")]
        rows = [{"sk": sk, "label": label} for sk, label in self.some(labels, 1, 5)]
        kind = kind or self.pick("inner", "leftOuter", "leftSemi", "leftAnti")
        return over("staticJoin", plan, type=kind, on=[["k", "sk"]], rows=rows)

    def static_family(self):
        self.mode = self.pick("append", "update", "complete")
        plan = self.static(self.marked(self.filtered(source(), 0.3)))
        labelled = plan["type"] in ("inner", "leftOuter")
        if self.mode == "complete" or self.chance(0.6):
            keys = ["label"] if labelled and self.chance(0.5) else ["k"]
            return self.aggregate(plan, keys, self.window(), ordered=False)
        if self.wide and self.chance(0.4):
            columns = ["k", *(["label"] if labelled else [])]
            return over("dropDuplicates", plan, columns=columns, withinWatermark=True)
        return plan

    def unite(self):
        self.sources["b2"] = COLUMNS
        inputs = [self.marked(self.filtered(source("a"), 0.4)), self.marked(source("b2"))]
        if self.wide and self.chance(0.15):
            self.sources["b3"] = COLUMNS
            inputs.append(self.marked(source("b3")))
        if self.wide and self.chance(0.15):
            inputs = [plan["in"] for plan in inputs]
            return self.marked({"op": "union", "inputs": inputs})
        return {"op": "union", "inputs": inputs}

    def union(self):
        self.mode = self.pick("append", "update")
        plan = self.unite()
        if self.wide and self.chance(0.2):
            self.conf = {"multipleWatermarkPolicy": "max"}
        if self.wide and self.chance(0.2):
            return plan
        if self.wide and self.chance(0.25):
            return self.dedup(plan)
        if self.wide and self.chance(0.15) and self.mode == "append":
            return self.aggregate(plan, ["k"], self.session(), ordered=False)
        return self.aggregate(plan, None, self.window())

    def join_family(self):
        self.mode = "append"
        plan = self.join()
        if self.wide:
            if self.chance(0.15) and plan["type"] in ("inner", "leftSemi"):
                self.mode = "update"
            if self.chance(0.1):
                self.conf = {"multipleWatermarkPolicy": "max"}
            if self.chance(0.1):
                columns = ["lk", "lv"] if plan["type"] == "leftSemi" else ["lk", "lv", "rv"]
                plan = over("select", plan, columns=columns)
        return plan

    def misc(self):
        one = self.r.randrange(10 if self.wide else 5)
        self.mode = self.pick("append", "update")
        if one == 0:
            self.mode = self.pick("append", "update", "complete")
            return over("distinct", over("select", source(), columns=self.pick(["k"], ["k", "j"])))
        if one == 1:
            return self.mapped(over("filter", source(), where=self.where()), 1)
        if one == 2:
            plan = over("explode", self.marked(source()), column="j", **{"as": "i"})
            aggs = {"n": ["count"], "s": ["sum", "i"]}
            return over("aggregate", plan, keys=["i"], window=self.window(), aggs=aggs)
        if one == 3:
            self.mode = "append"
            self.conf = {"multipleWatermarkPolicy": "max"}
            return self.aggregate(self.unite(), None, self.window())
        if one == 4:
            self.mode = "complete"
            plan = over("limit", source(), n=self.r.randint(1, 12))
            return over("aggregate", plan, keys=["k"], window=None, aggs={"n": ["count"]})
        if one == 5:
            self.mode = "append"
            return over("limit", self.mapped(self.filtered(source(), 0.5), 0.3), n=self.r.randint(1, 12))
        if one == 6:
            plan = over("explode", self.stream(), column="j", **{"as": "i"})
            return over("select", plan, columns=["k", "i"])
        if one == 7:
            self.mode = "append"
            plan = over("limit", self.marked(source()), n=self.r.randint(3, 15))
            return self.aggregate(plan, None, self.window())
        if one == 8:
            self.mode = "append"
            plan = over("dropDuplicates", self.marked(), columns=["k", "j"], withinWatermark=True)
            return over("limit", plan, n=self.r.randint(1, 6))
        plan = over("distinct", over("select", self.stream(), columns=["v"]))
        return over("map", plan, set={"v": ["*", "v", 2]})

    def refusal(self):
        self.steps = 2
        self.mode = self.pick("append", "update", "complete")
        count = {"n": ["count"]}
        tumbling = {"column": "time", "durationMs": 5000, "slideMs": 5000, "startMs": 0}
        windowed = lambda plan: over("aggregate", plan, keys=["k"], window=tumbling, aggs=count)
        counted = lambda plan: over("aggregate", plan, keys=["k"], window=None, aggs=count)
        below = lambda: self.marked(source()) if self.chance(0.6) else source()
        by_k = {"by": [["k", "asc"]]}
        one = self.r.randrange(33 if self.wide else 14)
        if one == 0:
            return over("map", source(), set={"v": [self.pick("+", "-"), "v", self.r.randint(1, 5)]})
        if one == 1:
            within = self.chance(0.6)
            return over("dropDuplicates", below(), columns=["k"], withinWatermark=within)
        if one == 2:
            return over("sort", self.pick(source(), counted(source()), windowed(below())), **by_k)
        if one == 3:
            return over("limit", source(), n=2)
        if one == 4:
            return windowed(below())
        if one == 5:
            window = {"column": "time", "sessionGapMs": 5000}
            keys = self.pick(["k"], ["k"], [])
            return over("aggregate", below(), keys=keys, window=window, aggs=count)
        if one == 6:
            plan = self.static(below())
            kind = self.pick("inner", "leftOuter", "leftSemi", "leftAnti", "rightOuter", "fullOuter")
            return {**plan, "type": kind, "rows": [{"sk": "a", "label": "one"}]}
        if one == 7:
            return over("dropDuplicates", windowed(below()), columns=["n"], withinWatermark=False)
        if one == 8:
            return over("aggregate", windowed(below()), keys=["n"], window=None, aggs=count)
        if one == 9:
            return over("aggregate", below(), keys=["k", "time"], window=self.pick(None, tumbling), aggs=count)
        if one == 10:
            return self.join()
        if one == 11:
            self.two()
            kind = self.pick("leftAnti", "inner", "leftOuter", "fullOuter", "rightOuter", "leftSemi")
            plan = {"op": "join", "type": kind, "left": self.side("l"), "right": self.side("r")}
            return {**plan, "on": self.pick([["lk", "rk"]], [["lk", "rk"]], [["ltime", "rtime"], ["lk", "rk"]])}
        if one == 12:
            plan = self.join("inner", False)
            plan = over("select", plan, columns=["lk", "lv"])
            return over("aggregate", plan, keys=["lk"], window=None, aggs=count)
        if one == 13:
            return over("limit", windowed(source()), n=2) if self.mode == "update" else counted(below())
        mode = self.pick("append", "update")
        state = lambda plan, name, timeout: over(
            "groupState", plan, keys=["k"], function=name, timeout=timeout, mode=mode
        )
        ticks = lambda plan: over(
            "process", plan, keys=["k"], function="tickPerWindow", timeMode="eventTime"
        )
        maps = lambda plan: over("process", plan, keys=["k"], function="mapCounts", timeMode="none")
        if one == 14:
            return state(below(), "runningCount", "none")
        if one == 15:
            return state(below(), "maxTimeout", "eventTime")
        if one == 16:
            return counted(state(below(), "stateless", "none"))
        if one == 17:
            return state(windowed(below()), "stateless", "none")
        if one == 18:
            return ticks(below())
        if one == 19:
            return maps(windowed(below()))
        if one == 20:
            return counted(maps(below()))
        if one == 21:
            return over("distinct", self.pick(windowed(below()), counted(source())))
        if one == 22:
            self.two()
            bounds = {"within": self.bounds()}
            return {"op": "join", "type": "inner", "left": self.side("l"), "right": self.side("r"), **bounds}
        if one == 23:
            return over("withWatermark", windowed(below()), column="window", delayMs=0)
        if one == 24:
            return over("withWatermark", self.marked(source()), column="time", delayMs=self.delay())
        if one == 25:
            return over("dropDuplicates", counted(below()), columns=["k"], withinWatermark=True)
        if one == 26:
            return self.again(windowed(below()))
        if one == 27:
            self.sources["b2"] = COLUMNS
            sides = [below(), below()]
            sides[1] = json.loads(json.dumps(sides[1]).replace('"a"', '"b2"'))
            return windowed({"op": "union", "inputs": sides})
        if one == 28:
            return windowed(over("limit", below(), n=5))
        if one == 29:
            return over("sort", self.static(below(), "inner"), **by_k)
        if one == 30:
            return over("dropDuplicates", over("limit", below(), n=4), columns=["k"], withinWatermark=False)
        if one == 31:
            return state(state(below(), "stateless", "none") | {"keys": ["k"]}, "stateless", "none")
        self.two()
        plan = self.join(self.pick("leftOuter", "inner"))
        on = "lw" if plan["on"][-1][0] == "lw" else "lk"
        aggs = {"n": ["count"]}
        return over("aggregate", over("select", plan, columns=[on, "lv"]), keys=[on], window=None, aggs=aggs)

    # Rows.

    def rows(self):
        joined = any(column == "ltime" for column, _ in self.sources["a"])
        self.has_null_times = not joined and self.chance(0.5)
        fine = self.chance(0.28)
        base = self.pick(0, 0, 1700000000000, 1709164780000) + 10000
        steps = []
        for _ in range(self.steps):
            add = {}
            for name, columns in self.sources.items():
                if len(self.sources) > 1 and self.chance(0.22):
                    continue
                add[name] = [self.row(columns, base, fine, joined) for _ in range(self.r.randint(1, 7))]
            steps.append({"add": add})
            base += 1000 * self.pick(0, 2, 5, 5, 10, 10, 15, 20, 30)
        return steps

    def row(self, columns, base, fine, joined):
        time = base + 1000 * self.r.randint(-10, 10)
        if fine:
            time += self.pick(0, 0, 1, 500)
        null = lambda p, value: None if self.chance(p) else value
        values = [
            None if self.has_null_times and self.chance(0.08) else time,
            null(0 if joined else 0.06, self.pick("a", "a", "b", "b", "c")),
            null(0 if joined else 0.06, self.r.randint(0, 2)),
            null(0.1, self.r.randint(0, 9)),
            null(0.1, self.r.randint(-8, 8) / 4),
        ]
        return {column: value for (column, _), value in zip(columns, values)}


FAMILIES = {
    "aggregation": (91, Maker.aggregation),
    "chain": (53, Maker.chain),
    "longChain": (20, Maker.long_chain),
    "dedup": (23, Maker.dedup_family),
    "groupState": (25, Maker.group_state),
    "join": (59, Maker.join_family),
    "misc": (12, Maker.misc),
    "process": (20, Maker.process),
    "refusal": (38, Maker.refusal),
    "session": (28, Maker.session_family),
    "staticJoin": (10, Maker.static_family),
    "union": (24, Maker.union),
}

# By state functions that do what their rows say.
SCRIPTED = ["scripted", "clocked"]


def vector(seed, family=None):
    names, weights = list(FAMILIES), [weight for weight, _ in FAMILIES.values()]
    family = family or random.Random(seed).choices(names, weights)[0]
    if family == "composed":
        return composed(seed)
    if family in SCRIPTED:
        return scripted(seed, family)
    maker = Maker(seed, family)
    plan = FAMILIES[family][1](maker)
    return {
        "name": f"{family}-x{seed}",
        "family": family,
        "seed": seed,
        "outputMode": maker.mode,
        "conf": maker.conf,
        "feed": "drained" if maker.chance(0.15) else "stepwise",
        "sources": maker.sources,
        "plan": plan,
        "steps": maker.rows(),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--family", choices=[*FAMILIES, "composed", *SCRIPTED])
    args = parser.parse_args()
    for seed in range(args.seed, args.seed + args.count):
        print(json.dumps(vector(seed, args.family), separators=(",", ":")))


if __name__ == "__main__":
    main()
