"""Runs vectors with a real Spark and writes them with what it answered.

    python answer.py < questions.jsonl > answers.jsonl

A line is a vector without `expect` and `refused`. One input file per step, one shuffle partition;
the optimizer's rules that move filters below a watermark node are off, so that a watermark node
sees exactly the rows that pass it where the query has it; so is the one that makes one aggregation
of a sum of counts: the rows are the same, but a vector says what each operator holds.
"""

import datetime
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

os.environ["TZ"] = "UTC"
time.tzset()
os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
HERE = os.path.dirname(os.path.abspath(__file__))
os.environ["PYTHONPATH"] = os.pathsep.join(
    part for part in (HERE, os.environ.get("PYTHONPATH")) if part
)

import pyspark  # noqa: E402
from pyspark.errors import PySparkException  # noqa: E402
from pyspark.sql import SparkSession, functions as F  # noqa: E402

from plan import SQL_TYPES, build  # noqa: E402

OPTIMIZER = "org.apache.spark.sql.catalyst.optimizer."
EXCLUDED_RULES = [
    "PushDownPredicates",
    "PushPredicateThroughNonJoin",
    "PushPredicateThroughJoin",
    "PushDownLeftSemiAntiJoin",
    "CollapseGroupedSumOfCount",
]
ROCKS_DB = "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider"
HDFS = "org.apache.spark.sql.execution.streaming.state.HDFSBackedStateStoreProvider"
EPOCH = datetime.datetime(1970, 1, 1)
PATIENCE = 4


def session(folder):
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.default.parallelism": "1",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": os.path.join(folder, "warehouse"),
        "spark.local.dir": folder,
        "spark.sql.optimizer.excludedRules": ",".join(OPTIMIZER + rule for rule in EXCLUDED_RULES),
        "spark.sql.streaming.noDataProgressEventInterval": "1000000000",
        "spark.sql.streaming.numRecentProgressUpdates": "1000",
        # Only for speed: the queries are too small to be worth compiling.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.streaming.pollingDelay": "1ms",
        "spark.sql.adaptive.enabled": "false",
        # What Spark remembers of finished work fills the heap after some hundred queries.
        "spark.driver.memory": "3g",
        "spark.ui.retainedJobs": "10",
        "spark.ui.retainedStages": "10",
        "spark.ui.retainedTasks": "10",
        "spark.sql.ui.retainedExecutions": "1",
        "spark.sql.streaming.ui.retainedQueries": "1",
        "spark.driver.extraJavaOptions": "-XX:+UseSerialGC",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "OFF",
        **quick_files(folder),
    }
    builder = SparkSession.builder.master("local[1]").appName("millrace-conformance")
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def quick_files(folder):
    """Where a JDK is: the classes of this folder. One is a file system that starts no process for a
    file's permissions: many times faster, and nothing that a query can see."""
    jars = os.path.join(os.path.dirname(pyspark.__file__), "jars", "*")
    classes = os.path.join(folder, "classes")
    sources = [os.path.join(HERE, name) for name in os.listdir(HERE) if name.endswith(".java")]
    if shutil.which("javac") is None:
        return {}
    subprocess.run(["javac", "-nowarn", "-Xlint:-unchecked", "-cp", jars, "-d", classes, *sources], check=True)
    return {
        "spark.driver.extraClassPath": classes,
        "spark.hadoop.fs.file.impl": "conformance.QuickLocalFileSystem",
        "spark.sql.streaming.checkpointFileManagerClass": "org.apache.spark.sql.execution."
        "streaming.checkpointing.FileSystemBasedCheckpointFileManager",
    }


class Torn(Exception):
    """A batch began between the files of one step: the answer is not to the question."""


class Answer:
    """One vector through Spark; `folder` is its own."""

    def __init__(self, spark, vector, folder):
        self.spark, self.vector, self.folder = spark, vector, folder
        self.step = None
        self.batches = []
        self.query = None

    def run(self):
        try:
            self.start()
        except PySparkException as error:
            return {"refused": refusal(error, True)}
        try:
            if self.vector["feed"] == "drained":
                self.query.awaitTermination()
            else:
                for i in range(len(self.vector["steps"])):
                    self.step = i
                    self.add(i)
                    self.query.processAllAvailable()
        except PySparkException as error:
            return {"refused": refusal(error, False)}
        finally:
            # An idle trigger reports too, under the id of the batch to come: the last one counts.
            progress = {p["batchId"]: p for p in self.progress()}
            self.query.stop()
        self.check_whole(progress)
        return {"expect": [self.batch(batch, progress[batch["batchId"]]) for batch in self.batches]}

    def progress(self):
        return [json.loads(p.json) for p in self.query.recentProgress]

    def start(self):
        vector = self.vector
        conf = self.spark.conf
        conf.set(
            "spark.sql.streaming.multipleWatermarkPolicy",
            vector["conf"].get("multipleWatermarkPolicy", "min"),
        )
        conf.set("spark.sql.session.timeZone", vector["conf"].get("timeZone", "UTC"))
        state_of = ROCKS_DB if '"process"' in json.dumps(vector["plan"]) else HDFS
        conf.set("spark.sql.streaming.stateStore.providerClass", state_of)
        for name in vector["sources"]:
            os.makedirs(self.path(name))
        if vector["feed"] == "drained":
            for i in range(len(vector["steps"])):
                self.add(i)
        sources = {name: self.source(name) for name in vector["sources"]}
        df = build(with_mode(vector["plan"], vector["outputMode"]), sources)
        writer = (
            df.writeStream.outputMode(vector["outputMode"])
            .option("checkpointLocation", os.path.join(self.folder, "checkpoint"))
            .foreachBatch(self.received)
        )
        if vector["feed"] == "drained":
            writer = writer.trigger(availableNow=True)
        self.query = writer.start()

    def path(self, name):
        return os.path.join(self.folder, name)

    def source(self, name):
        columns = self.vector["sources"][name]
        schema = ", ".join(f"{column} {SQL_TYPES[kind]}" for column, kind in columns)
        df = (
            self.spark.readStream.schema(schema)
            .option("maxFilesPerTrigger", 1)
            .json(self.path(name))
        )
        return df.select(
            *[
                F.timestamp_millis(column).alias(column) if kind == "timestamp" else F.col(column)
                for column, kind in columns
            ]
        )

    def add(self, i):
        """A file for each source, also for one that gets no rows; they appear at (almost) once."""
        ready = []
        for name in self.vector["sources"]:
            rows = self.vector["steps"][i]["add"].get(name, [])
            hidden = os.path.join(self.path(name), f".{i}")
            with open(hidden, "w") as file:
                file.writelines(json.dumps(row) + "\n" for row in rows)
            os.utime(hidden, (1_000_000_000 + i, 1_000_000_000 + i))  # the order of reading
            ready.append((hidden, os.path.join(self.path(name), f"{i}.json")))
        for hidden, seen in ready:
            os.rename(hidden, seen)

    def received(self, df, batch_id):
        rows = [plain(row.asDict()) for row in df.collect()]
        self.batches.append({"batchId": batch_id, "step": self.step, "rows": rows})

    def check_whole(self, progress):
        """A step's files must have come to one batch."""
        for p in progress.values():
            if len({str(source["endOffset"]) for source in p["sources"]}) > 1:
                raise Torn()

    def batch(self, batch, progress):
        watermark = progress.get("eventTime", {}).get("watermark")
        step = {} if batch["step"] is None else {"step": batch["step"]}
        return {
            "batchId": batch["batchId"],
            **step,
            "inputRows": progress["numInputRows"],
            "watermarkMs": None if watermark is None else millis(parsed(watermark)),
            "rows": batch["rows"],
            "state": [
                {
                    "operator": state["operatorName"],
                    "total": state["numRowsTotal"],
                    "updated": state["numRowsUpdated"],
                    "removed": state["numRowsRemoved"],
                    "dropped": state["numRowsDroppedByWatermark"],
                }
                for state in progress["stateOperators"]
            ],
        }


class ClockedAnswer(Answer):
    """A vector with a clock: one batch per step, when the clock has moved by an interval. Spark runs a
    batch each time, we only when there is something to do: so it is the rows of each step that count."""

    def run(self):
        self.clock = self.spark._jvm.conformance.Clocked.Hand(self.vector["clock"]["startMs"])
        self.sink = self.spark._jvm.conformance.Clocked.Rows()
        self.rows = []
        for name in self.vector["sources"]:
            os.makedirs(self.path(name))
        try:
            self.start()
            for i in range(len(self.vector["steps"])):
                self.wait()
                self.add(i)
                self.clock.advance(self.vector["clock"]["intervalMs"])
                self.wait()
                self.rows.append(json.loads(self.sink.take()))
        finally:
            self.query.stop()
        return {"expectRows": self.rows}

    def start(self):
        vector = self.vector
        self.spark.conf.set("spark.sql.streaming.stateStore.providerClass", ROCKS_DB)
        df = build(vector["plan"], {name: self.source(name) for name in vector["sources"]})
        self.query = self.spark._jvm.conformance.Clocked.start(
            self.spark._jsparkSession,
            df._jdf,
            vector["outputMode"],
            os.path.join(self.folder, "checkpoint"),
            vector["clock"]["intervalMs"],
            self.sink,
            self.clock,
        )

    def wait(self):
        """Until the trigger waits for the clock."""
        while not self.clock.isWaitedFor():
            if not self.query.isActive():
                raise RuntimeError(f"{self.vector['name']}: {self.query.exception()}")
            time.sleep(0.002)


def with_mode(plan, mode):
    """transformWithState asks for the query's mode once more."""
    if plan["op"] == "process":
        plan = {**plan, "mode": mode}
    inner = {k: with_mode(plan[k], mode) for k in ("in", "left", "right") if k in plan}
    if "inputs" in plan:
        inner["inputs"] = [with_mode(one, mode) for one in plan["inputs"]]
    return {**plan, **inner}


def refusal(error, at_start):
    """A failure of a running query is wrapped twice: the first line of a cause says more."""
    lines = str(error).strip().split("\n")
    causes = [line[len("Caused by: ") :] for line in lines if line.startswith("Caused by: ")]
    message = lines[0] if at_start or not causes else causes[-1]
    named = re.search(r"\[([A-Z][A-Z0-9_.]+)\]", message)
    condition = named.group(1) if named else error.getCondition()
    return {"condition": condition, "message": message, "atStart": at_start}


def parsed(iso):
    return datetime.datetime.strptime(iso, "%Y-%m-%dT%H:%M:%S.%fZ")


def millis(instant):
    return (instant - EPOCH) // datetime.timedelta(milliseconds=1)


def plain(value):
    if isinstance(value, datetime.datetime):
        # A session of windows starts and ends 1 us before a millisecond; ours are shown in whole ones.
        return millis(value + datetime.timedelta(microseconds=999))
    if isinstance(value, tuple) and hasattr(value, "asDict"):
        return plain(value.asDict())
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return value


def main():
    root = tempfile.mkdtemp(prefix="millrace-spark-", dir=shm())
    try:
        spark = session(root)
        for i, line in enumerate(sys.stdin):
            vector = json.loads(line)
            vector.pop("expect", None)
            vector.pop("expectRows", None)
            vector.pop("refused", None)
            print(json.dumps({**vector, **answered(spark, vector, root)}), flush=True)
            if i % 100 == 99:
                print(f"{i + 1} answered", file=sys.stderr, flush=True)
        spark.stop()
    finally:
        shutil.rmtree(root, ignore_errors=True)


def answered(spark, vector, root):
    for _ in range(PATIENCE):
        folder = tempfile.mkdtemp(dir=root)
        try:
            kind = ClockedAnswer if "clock" in vector else Answer
            return kind(spark, vector, folder).run()
        except Torn:
            continue
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    raise RuntimeError(f"{vector['name']}: its steps came in pieces {PATIENCE} times")


def shm():
    """Memory instead of a disk where the system has it; the files live for seconds."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


if __name__ == "__main__":
    main()
