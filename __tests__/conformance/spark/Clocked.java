package conformance;

import java.util.*;
import org.apache.spark.sql.*;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.execution.streaming.Sink;
import org.apache.spark.sql.streaming.*;
import org.apache.spark.sql.types.*;
import org.apache.spark.util.ManualClock;

/** Queries whose triggers go by a clock that somebody moves: one batch for each move. */
public class Clocked {
  /** Says when a trigger waits for a later time. */
  public static class Hand extends ManualClock {
    private volatile long target = Long.MIN_VALUE;

    public Hand(long start) {
      super(start);
    }

    @Override
    public long waitTillTime(long time) {
      target = time;
      try {
        return super.waitTillTime(time);
      } finally {
        target = Long.MIN_VALUE;
      }
    }

    public boolean isWaitedFor() {
      return target > getTimeMillis();
    }
  }

  /** Keeps the rows of all batches, as JSON, until they are taken. */
  public static class Rows implements Sink {
    private final List<String> rows = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void addBatch(long id, Dataset<Row> df) {
      for (Object row : (List<?>) (Object) df.collectAsList()) rows.add(((Row) row).json());
    }

    public String take() {
      synchronized (rows) {
        String text = "[" + String.join(",", rows) + "]";
        rows.clear();
        return text;
      }
    }

    @Override
    public String name() {
      return "rows";
    }

    @Override
    public StructType schema() {
      return new StructType();
    }

    @Override
    public Set<TableCapability> capabilities() {
      return Collections.emptySet();
    }
  }

  /** What `DataStreamWriter.start` calls, with a clock. */
  public static StreamingQuery start(
      SparkSession session, Dataset<Row> df, String mode, String checkpoint, long intervalMs, Rows sink, Hand clock)
      throws Exception {
    OutputMode output = mode.equals("update") ? OutputMode.Update() : OutputMode.Append();
    scala.Option none = scala.Option.empty();
    return ((org.apache.spark.sql.classic.SparkSession) session)
        .streams()
        .startQuery(
            none,
            none,
            scala.Option.apply(checkpoint),
            (org.apache.spark.sql.classic.Dataset<?>) (Object) df,
            scala.collection.immutable.Map$.MODULE$.empty(),
            (Table) (Object) sink,
            output,
            false,
            true,
            Trigger.ProcessingTime(intervalMs),
            clock,
            none,
            none);
  }
}
