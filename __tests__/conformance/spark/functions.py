"""The state functions of the vectors: groupState (applyInPandasWithState) and process
(transformWithState). Each is written once as the vectors' README words it. Those of script are in
StateScripts.java."""

import datetime

import pandas as pd
from pyspark.sql import DataFrame, Row
from pyspark.sql.streaming import StatefulProcessor

TIMEOUTS = {"none": "NoTimeout", "eventTime": "EventTimeTimeout"}
EPOCH = datetime.datetime(1970, 1, 1)
DDL = {"string": "STRING", "bigint": "BIGINT"}


def group_state(plan, df):
    types = dict(df.dtypes)
    keys = plan["keys"]
    schema = ", ".join([f"{key} {types[key]}" for key in keys] + ["x BIGINT, y BIGINT, z BIGINT"])
    body = GROUP_STATE[plan["function"]]
    columns = [*keys, "x", "y", "z"]
    time = next((c for c in ("time", "ltime", "rtime") if c in types), None)

    def call(key, frames, state):
        times, n = [], 0
        if not state.hasTimedOut:
            for frame in frames:
                n += len(frame)
                if time is not None:
                    times += [int(t.value // 1_000_000) for t in frame[time] if not pd.isna(t)]
        at = lambda t: max(t, state.getCurrentWatermarkMs() + 1)
        out = body(state, n, times, at)
        if out is not None:
            row = [*(plain(value) for value in key), *out, *[None] * (3 - len(out))]
            series = [pd.Series([value], dtype=object) for value in row]
            yield pd.DataFrame(dict(zip(columns, series)))

    return df.groupBy(*keys).applyInPandasWithState(
        call, schema, "c BIGINT, first BIGINT, last BIGINT", plan["mode"], TIMEOUTS[plan["timeout"]]
    )


def plain(value):
    """A key's part as it was: pandas makes NaN of null, and floats of a column with one."""
    if value is None or pd.isna(value):
        return None
    return value if isinstance(value, str) else int(value)


def running_count(state, n, _times, _at):
    c = (state.get[0] if state.exists else 0) + n
    state.update((c, None, None))
    return [c]


def count_to_three(state, n, _times, _at):
    c = (state.get[0] if state.exists else 0) + n
    if c >= 3:
        if state.exists:
            state.remove()
        return None
    state.update((c, None, None))
    return [c]


def max_timeout(state, _n, times, at):
    if state.hasTimedOut:
        state.remove()
        return [-1]
    known = times + ([state.get[0]] if state.exists else [])
    if not known:
        return [-2]
    m = max(known)
    state.update((m, None, None))
    state.setTimeoutTimestamp(at(m + 5000))
    return [m]


def sessionize(state, n, times, at):
    c, first, last = state.get if state.exists else (0, None, None)
    if state.hasTimedOut:
        state.remove()
        return [c, first, last]
    if not times and not state.exists:
        return None
    first = min(times + ([] if first is None else [first]))
    last = max(times + ([] if last is None else [last]))
    state.update((c + n, first, last))
    state.setTimeoutTimestamp(at(last + 5000))
    return None


GROUP_STATE = {
    "runningCount": running_count,
    "countToThree": count_to_three,
    "maxTimeout": max_timeout,
    "sessionize": sessionize,
    "stateless": lambda _state, n, _times, _at: [n],
}


def process(plan, df):
    types = dict(df.dtypes)
    key = plan["keys"][0]
    timed = {"eventTimeColumnName": plan["eventTime"]} if "eventTime" in plan else {}
    others = "at TIMESTAMP, x BIGINT" if timed else "x BIGINT, y BIGINT, z BIGINT"
    return df.groupBy(*plan["keys"]).transformWithState(
        PROCESS[plan["function"]](),
        f"k {types[key]}, {others}",
        plan["mode"],
        {"eventTime": "EventTime", "none": "None"}[plan["timeMode"]],
        **timed,
    )


class Processor(StatefulProcessor):
    def init(self, handle):
        self.handle = handle

    def close(self):
        pass

    def out(self, key, x, y=None, z=None):
        return Row(k=key[0], x=x, y=y, z=z)

    def register(self, t, timers):
        if t > timers.getCurrentWatermarkInMs():
            self.handle.registerTimer(t)

    @staticmethod
    def times(rows):
        """Milliseconds; the driver and the workers run in UTC."""
        return [int(row.time.timestamp() * 1000 + 0.5) for row in rows if row.time is not None]


class TickPerWindow(Processor):
    def init(self, handle):
        super().init(handle)
        self.count = handle.getValueState("count", "c BIGINT")

    def handleInputRows(self, key, rows, timerValues):
        rows = list(rows)
        old = self.count.get()
        self.count.update(((old[0] if old else 0) + len(rows),))
        times = self.times(rows)
        if times:
            self.register((max(times) // 10000 + 1) * 10000, timerValues)
        return iter([])

    def handleExpiredTimer(self, key, timerValues, expiredTimerInfo):
        yield self.out(key, self.count.get()[0], expiredTimerInfo.getExpiryTimeInMs())


class TickAt(TickPerWindow):
    """The same, with event times; and a row for each call with rows."""

    @staticmethod
    def at(key, ms, x):
        return Row(k=key[0], at=EPOCH + datetime.timedelta(milliseconds=ms), x=x)

    def handleInputRows(self, key, rows, timerValues):
        rows = list(rows)
        super().handleInputRows(key, iter(rows), timerValues)
        times = self.times(rows)
        if times:
            yield self.at(key, max(times), len(rows))

    def handleExpiredTimer(self, key, timerValues, expiredTimerInfo):
        yield self.at(key, expiredTimerInfo.getExpiryTimeInMs(), self.count.get()[0])


class ListAndFlush(Processor):
    def init(self, handle):
        super().init(handle)
        self.list = handle.getListState("list", "v BIGINT")

    def handleInputRows(self, key, rows, timerValues):
        rows = list(rows)
        for row in rows:
            self.list.appendValue((-1 if row.v is None else row.v,))
        values = [value[0] for value in self.list.get()]
        if len(values) >= 4:
            self.list.clear()
            yield self.out(key, sum(values), len(values), 0)
            return
        times = self.times(rows)
        if times:
            self.register(max(times) + 5000, timerValues)

    def handleExpiredTimer(self, key, timerValues, expiredTimerInfo):
        values = [value[0] for value in self.list.get()] if self.list.exists() else []
        self.list.clear()
        yield self.out(key, sum(values), len(values), 1)


class MapCounts(Processor):
    def init(self, handle):
        super().init(handle)
        self.counts = handle.getMapState("counts", "j BIGINT", "c BIGINT")

    def handleInputRows(self, key, rows, timerValues):
        seen = {}
        for row in rows:
            j = -1 if row.j is None else row.j
            old = self.counts.getValue((j,)) if self.counts.containsKey((j,)) else None
            seen[j] = (old[0] if old else 0) + 1
            self.counts.updateValue((j,), (seen[j],))
        for j, count in seen.items():
            yield self.out(key, j, count)


class ManyTimers(Processor):
    def handleInputRows(self, key, rows, timerValues):
        rows = list(rows)
        times = self.times(rows)
        if times:
            for d in (2000, 4000, 6000):
                self.register(max(times) + d, timerValues)
            timers = sorted(self.handle.listTimers())
            if len(timers) > 4:
                self.handle.deleteTimer(timers[0])
        yield self.out(key, len(rows), None, 0)

    def handleExpiredTimer(self, key, timerValues, expiredTimerInfo):
        yield self.out(key, expiredTimerInfo.getExpiryTimeInMs(), None, 1)


PROCESS = {
    "tickPerWindow": TickPerWindow,
    "tickAt": TickAt,
    "listAndFlush": ListAndFlush,
    "mapCounts": MapCounts,
    "manyTimers": ManyTimers,
}


def script(plan, df):
    """Both kinds by the API of the JVM."""
    spark = df.sparkSession
    functions = spark._jvm.conformance.StateScripts
    initial = None
    if "initial" in plan:
        pairs = [tuple(pair) for pair in plan["initial"]]
        initial = spark.createDataFrame(pairs, "k STRING, c STRING")._jdf
    mode, time = plan["mode"], plan["timeMode"]
    if plan["kind"] == "groupState":
        return DataFrame(functions.groupState(df._jdf, mode, time, initial), spark)
    ttl = ",".join(f"{name}={ms}" for name, ms in plan.get("ttl", {}).items())
    timed = "eventTime" in plan
    return DataFrame(functions.process(df._jdf, mode, time, timed, ttl, initial), spark)
