"""Random vectors of op `script`: state functions that do what their rows say, so that any order of calls
comes about. `scripted` goes by event time, with operators in front of it and behind it; `clocked` by
processing time, one batch per step. Not asked, because the answer says nothing:

- a null key of transformWithState, which Spark takes for no key at all;
- a timer that a handler registers and that is due already, or deletes: see docs/semantics.md.
"""

import random

SOURCE = [["time", "timestamp"], ["k", "string"], ["c", "string"]]
TIMES = [-8000, -2000, -1, 0, 0, 1, 1000, 2500, 6000]


def over(op, plan, **more):
    return {"op": op, "in": plan, **more}


class Script:
    def __init__(self, seed, family):
        self.r = random.Random(f"{family}-{seed}")
        self.clocked = family == "clocked"
        self.sources = {"a": SOURCE}
        self.mode = "append"
        self.words = self.process_word
        self.time_mode = "processingTime" if self.clocked else "eventTime"

    def chance(self, p):
        return self.r.random() < p

    def pick(self, *choices):
        return self.r.choice(choices)

    def digit(self):
        return self.r.randint(0, 9)

    # Words: see StateScripts.java. `inner` ones stand in a program that a timeout or timer runs.

    def group_word(self, inner=False):
        one = self.r.random()
        if one < 0.25:
            return "g"
        if one < 0.5:
            if inner or self.chance(0.4):
                return f"u{self.digit()}"
            return f"u{self.digit()}|" + self.program(self.group_word, ",")
        if one < 0.63:
            return "r"
        if self.clocked:
            wait = self.pick(0, 1, 9999, 10000, 10001, 15000, 20000, 30000)
            return f"!d{wait}" if one < 0.93 else self.pick("!m", "p", "!w1000")
        if one < 0.8 and not inner:
            return f"!t{self.pick(-5000, -1, 0, 1, 2000, 5000, 10000)}"
        if one < 0.95:
            return f"!w{self.pick(-1, 0, 1, 2000, 5000, 10000)}"
        return self.pick("!m", "!d1000")

    def process_word(self, inner=False):
        n, one = self.digit, self.r.random()
        if one < 0.2:
            return self.pick("vg", "vg", "ve", f"vu{n()}", f"vu{n()}", "vc")
        if one < 0.4:
            two = f"{n()}+{n()}"
            return self.pick("lg", "lg", "le", f"la{n()}", f"la{n()}", f"lp{two}", f"ll{two}", "lc")
        if one < 0.6:
            j = self.r.randint(0, 2)
            changes = (f"mu{j}={n()}", f"mu{j}={n()}", f"mr{j}", "mc")
            return self.pick(f"mg{j}", f"mh{j}", "me", "mk", "mv", "mi", "mi", *changes)
        if one < 0.8:
            return self.timer(inner)
        if one < 0.86 and not inner:
            return self.pick("tx2000", "tx5000", "td1000", "td10000", "tD")
        if one < 0.92 or inner:
            return "lg" if inner else "tl"
        return "o" + self.program(self.process_word, ",")

    def timer(self, inner):
        if self.clocked:
            later = (1, 10000, 15000, 20000)
            return f"tw{self.pick(*later) if inner else self.pick(0, 5000, 9999, 10001, *later)}"
        if inner or self.chance(0.4):
            return f"tw{self.pick(1, 2000, 5000)}"
        return f"tr{self.pick(0, 1, 2000, 5000, 10000)}"

    def event_word(self, inner=False):
        """Of a script whose rows have event times: it also gives rows that are programs themselves."""
        if not inner and self.chance(0.3):
            return "X" + self.program(self.process_word, ",")
        if self.chance(0.2):
            return self.pick("e0", "e1", "e2000")
        return self.process_word(inner)

    def program(self, word, separator):
        return separator.join(word(True) for _ in range(self.r.randint(1, 3)))

    # Plans.

    def marked(self, name="a"):
        plan = {"op": "source", "name": name}
        return over("withWatermark", plan, column="time", delayMs=self.pick(0, 0, 2000, 5000))

    def group_state(self, plan):
        self.words = self.group_word
        return self.with_initial(
            over("script", plan, kind="groupState", mode=self.mode, timeMode=self.time_mode),
            lambda: self.pick("5", "7|g,r", "8|g"),
        )

    def process(self, plan, timed=False):
        if timed:
            self.words = self.event_word
        more = {"eventTime": "at"} if timed else {}
        if self.clocked and self.chance(0.8):
            names = self.r.sample("vlm", self.r.randint(1, 3))
            more["ttl"] = {v: self.pick(1, 9999, 10000, 10001, 15000, 30000) for v in names}
        plan = over("script", plan, kind="process", mode=self.mode, timeMode=self.time_mode, **more)
        if timed:
            return plan  # a timer of the initial state would be older than the watermark
        return self.with_initial(plan, lambda: self.program(self.process_word, " "))

    def with_initial(self, plan, state):
        if not self.chance(0.25):
            return plan
        keys = self.r.sample(["a", "b", "c", "z"], self.r.randint(1, 3))
        return {**plan, "initial": [[key, state()] for key in keys]}

    def plan(self):
        if self.clocked or self.chance(0.4):
            self.mode = self.pick("append", "update")
            plan = {"op": "source", "name": "a"} if self.clocked else self.marked()
            return self.pick(self.group_state, self.process)(plan)
        if self.chance(0.2):
            return self.table()
        plan = self.united() if self.chance(0.3) else self.process(self.front(), True)
        return self.behind(plan)

    def front(self):
        plan = self.marked()
        if self.chance(0.25):
            return over("dropDuplicates", plan, columns=["k", "c"], withinWatermark=True)
        return plan

    def united(self):
        self.sources["b2"] = SOURCE
        if self.chance(0.5):
            inputs = [self.process(self.marked(name), True) for name in ("a", "b2")]
            return {"op": "union", "inputs": inputs}
        plan = {"op": "union", "inputs": [self.marked("a"), self.marked("b2")]}
        plan = over("dropDuplicates", plan, columns=["k", "c"], withinWatermark=True)
        return self.process(plan, True)

    def behind(self, plan):
        aggs = {"n": ["count"], "set": ["collectSet", "x"]}
        one = self.r.randrange(5)
        if one == 0:
            window = {"column": "at", "durationMs": self.pick(5000, 10000), "slideMs": 5000, "startMs": 0}
            return over("aggregate", plan, keys=self.pick([], ["k"]), window=window, aggs=aggs)
        if one == 1:
            window = {"column": "at", "sessionGapMs": self.pick(2000, 5000)}
            return over("aggregate", plan, keys=["k"], window=window, aggs=aggs)
        if one == 2:
            columns = ["k", "x", "at"]
            return over("dropDuplicates", plan, columns=columns, withinWatermark=False)
        plan = over("rename", plan, names={"at": "time", "x": "c"})
        return self.process(plan, one == 3)

    def table(self):
        """The rows of a state function counted, in complete mode, which takes it without a watermark."""
        self.time_mode = "none"
        plan = self.group_state({"op": "source", "name": "a"})
        self.mode = "complete"
        keys = self.pick(["k"], ["x"], [])
        aggs = {"n": ["count"], "set": ["collectSet", "x"]}
        plan = over("aggregate", plan, keys=keys, window=None, aggs=aggs)
        if self.chance(0.5):
            return plan
        plan = over("sort", plan, by=[["n", "desc"], *([key, self.pick("asc", "desc")] for key in keys)])
        return over("limit", plan, n=self.r.randint(1, 3)) if self.chance(0.5) else plan

    # Rows.

    def steps(self):
        steps, base = [], 20000
        for _ in range(self.r.randint(6, 9) if self.clocked else self.r.randint(4, 7)):
            add = {name: self.rows(base) for name in self.sources}
            steps.append({"add": add})
            base += self.pick(0, 1000, 2000, 5000, 12000)
        return steps

    def rows(self, base):
        return [
            {
                "time": base + self.r.choice(TIMES),
                "k": self.pick("a", "a", "b"),
                "c": " ".join(self.words() for _ in range(self.r.randint(1, 4))),
            }
            for _ in range(self.pick(0, 0, 1, 1, 2, 3) if self.clocked else self.r.randint(0, 4))
        ]


def scripted(seed, family):
    maker = Script(seed, family)
    plan = maker.plan()
    clock = {"clock": {"startMs": 1_700_000_000_000, "intervalMs": 10000}} if maker.clocked else {}
    return {
        "name": f"{family}-x{seed}",
        "family": family,
        "seed": seed,
        "outputMode": maker.mode,
        "conf": {},
        "feed": "stepwise",
        **clock,
        "sources": maker.sources,
        "plan": plan,
        "steps": maker.steps(),
    }
