package conformance;

import java.io.Serializable;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.*;
import org.apache.spark.api.java.function.*;
import org.apache.spark.sql.*;
import org.apache.spark.sql.streaming.*;
import org.apache.spark.sql.types.*;

/**
 * The state functions of op `script`: each word of the column `c` is one call of the state. In Java, since
 * the Python API has rules of its own: it fires a timeout that is left unset again, and has no clock.
 */
public class StateScripts {
  static StructType schema(boolean timed) {
    StructType t = new StructType().add("k", DataTypes.StringType);
    if (timed) t = t.add("at", DataTypes.TimestampType);
    return t.add("x", DataTypes.StringType);
  }

  static String key(Row row) {
    return row.getString(row.fieldIndex("k"));
  }

  static Long time(Row row) {
    Timestamp t = row.getTimestamp(row.fieldIndex("time"));
    return t == null ? null : t.getTime();
  }

  static String[] words(String text, String separator) {
    return text == null || text.isEmpty() ? new String[0] : text.split(separator);
  }

  public static Dataset<Row> groupState(Dataset<Row> df, String mode, String timeout, Dataset<Row> initial) {
    KeyValueGroupedDataset<String, Row> groups =
        df.groupByKey((MapFunction<Row, String>) StateScripts::key, Encoders.STRING());
    FlatMapGroupsWithStateFunction<String, Row, String, Row> fn = StateScripts::call;
    OutputMode out = mode.equals("update") ? OutputMode.Update() : OutputMode.Append();
    GroupStateTimeout kind = timeout.equals("none") ? GroupStateTimeout.NoTimeout()
        : timeout.equals("eventTime") ? GroupStateTimeout.EventTimeTimeout() : GroupStateTimeout.ProcessingTimeTimeout();
    Encoder<Row> rows = Encoders.row(schema(false));
    if (initial == null) return groups.flatMapGroupsWithState(fn, out, Encoders.STRING(), rows, kind);
    KeyValueGroupedDataset<String, String> first =
        initial.groupByKey((MapFunction<Row, String>) StateScripts::key, Encoders.STRING())
            .mapValues((MapFunction<Row, String>) (row -> row.getString(1)), Encoders.STRING());
    return groups.flatMapGroupsWithState(fn, out, Encoders.STRING(), rows, kind, first);
  }

  static Iterator<Row> call(String key, Iterator<Row> rows, GroupState<String> state) {
    List<Row> out = new ArrayList<>();
    if (state.hasTimedOut()) {
      String s = state.exists() ? state.get() : "-";
      out.add(RowFactory.create(key, "T" + s));
      int bar = s.indexOf('|');
      if (bar >= 0) for (String op : words(s.substring(bar + 1), ",")) one(key, op, null, state, out);
    }
    int n = 0;
    while (rows.hasNext()) {
      Row row = rows.next();
      n++;
      for (String op : words(row.getString(row.fieldIndex("c")), " ")) one(key, op, time(row), state, out);
    }
    if (n == 0 && !state.hasTimedOut()) out.add(RowFactory.create(key, "I" + (state.exists() ? state.get() : "-")));
    return out.iterator();
  }

  static void one(String key, String op, Long time, GroupState<String> state, List<Row> out) {
    if (op.startsWith("!")) {
      try {
        one(key, op.substring(1), time, state, out);
      } catch (RuntimeException error) {
        out.add(RowFactory.create(key, "E"));
      }
      return;
    }
    String rest = op.substring(1);
    switch (op.charAt(0)) {
      case 'g': out.add(RowFactory.create(key, "g" + (state.exists() ? state.get() : "-"))); break;
      case 'u': state.update(rest); break;
      case 'r': state.remove(); break;
      case 't': if (time != null) state.setTimeoutTimestamp(time + Long.parseLong(rest)); break;
      case 'w': state.setTimeoutTimestamp(state.getCurrentWatermarkMs() + Long.parseLong(rest)); break;
      case 'd': state.setTimeoutDuration(Long.parseLong(rest)); break;
      case 'm': out.add(RowFactory.create(key, "m" + state.getCurrentWatermarkMs())); break;
      case 'p': out.add(RowFactory.create(key, "p" + state.getCurrentProcessingTimeMs())); break;
      default: throw new IllegalStateException(op);
    }
  }

  public static Dataset<Row> process(Dataset<Row> df, String mode, String timeMode, boolean timed, String ttl, Dataset<Row> initial) {
    KeyValueGroupedDataset<String, Row> groups =
        df.groupByKey((MapFunction<Row, String>) StateScripts::key, Encoders.STRING());
    OutputMode out = mode.equals("update") ? OutputMode.Update() : OutputMode.Append();
    TimeMode tm = timeMode.equals("none") ? TimeMode.None() : timeMode.equals("eventTime") ? TimeMode.EventTime() : TimeMode.ProcessingTime();
    Encoder<Row> rows = Encoders.row(schema(timed));
    if (initial == null) {
      Plain p = new Plain(new Body(timed, timeMode, ttl));
      return timed ? groups.transformWithState(p, "at", out, rows) : groups.transformWithState(p, tm, out, rows);
    }
    Encoder<Row> text = Encoders.row(new StructType().add("k", DataTypes.StringType).add("c", DataTypes.StringType));
    KeyValueGroupedDataset<String, Row> first =
        initial.groupByKey((MapFunction<Row, String>) StateScripts::key, Encoders.STRING());
    Started p = new Started(new Body(timed, timeMode, ttl));
    return timed ? groups.transformWithState(p, out, first, "at", rows, text, rows, text)
        : groups.transformWithState(p, tm, out, first, rows, text);
  }

  static class Plain extends StatefulProcessor<String, Row, Row> {
    final Body body;
    Plain(Body body) { this.body = body; }
    public void init(OutputMode m, TimeMode t) { body.init(getHandle()); }
    public scala.collection.Iterator<Row> handleInputRows(String key, scala.collection.Iterator<Row> rows, TimerValues times) {
      return body.rows(key, rows, times);
    }
    public scala.collection.Iterator<Row> handleExpiredTimer(String key, TimerValues times, ExpiredTimerInfo info) {
      return body.timer(key, times, info);
    }
  }

  static class Started extends StatefulProcessorWithInitialState<String, Row, Row, Row> {
    final Body body;
    Started(Body body) { this.body = body; }
    public void init(OutputMode m, TimeMode t) { body.init(getHandle()); }
    public void handleInitialState(String key, Row row, TimerValues times) {
      body.out = new ArrayList<>();
      for (String op : words(row.getString(1), " ")) body.one(key, op, 0L, times);
    }
    public scala.collection.Iterator<Row> handleInputRows(String key, scala.collection.Iterator<Row> rows, TimerValues times) {
      return body.rows(key, rows, times);
    }
    public scala.collection.Iterator<Row> handleExpiredTimer(String key, TimerValues times, ExpiredTimerInfo info) {
      return body.timer(key, times, info);
    }
  }

  static class Body implements Serializable {
    final boolean timed;
    final String timeMode, ttl;
    transient StatefulProcessorHandle handle;
    transient ValueState<String> value, program;
    transient ListState<String> list;
    transient MapState<String, String> map;
    transient List<Row> out;
    Body(boolean timed, String timeMode, String ttl) { this.timed = timed; this.timeMode = timeMode; this.ttl = ttl; }

    TTLConfig ttlOf(String name) {
      for (String part : words(ttl, ",")) if (part.startsWith(name + "=")) return new TTLConfig(Duration.ofMillis(Long.parseLong(part.substring(2))));
      return TTLConfig.NONE();
    }

    void init(StatefulProcessorHandle h) {
      handle = h;
      value = h.getValueState("value", Encoders.STRING(), ttlOf("v"));
      program = h.getValueState("program", Encoders.STRING(), TTLConfig.NONE());
      list = h.getListState("list", Encoders.STRING(), ttlOf("l"));
      map = h.getMapState("map", Encoders.STRING(), Encoders.STRING(), ttlOf("m"));
    }

    scala.collection.Iterator<Row> rows(String key, scala.collection.Iterator<Row> rows, TimerValues times) {
      out = new ArrayList<>();
      while (rows.hasNext()) {
        Row row = rows.next();
        for (String op : words(row.getString(row.fieldIndex("c")), " ")) one(key, op, time(row), times);
      }
      return scala.jdk.javaapi.CollectionConverters.asScala(out.iterator());
    }

    scala.collection.Iterator<Row> timer(String key, TimerValues times, ExpiredTimerInfo info) {
      out = new ArrayList<>();
      long at = info.getExpiryTimeInMs();
      emit(key, at, "T" + at);
      if (program.exists()) for (String op : words(program.get(), ",")) one(key, op, at, times);
      return scala.jdk.javaapi.CollectionConverters.asScala(out.iterator());
    }

    void emit(String key, Long at, String x) {
      if (timed) out.add(RowFactory.create(key, at == null ? null : new Timestamp(at), x));
      else out.add(RowFactory.create(key, x));
    }

    long now(TimerValues times) {
      return timeMode.equals("processingTime") ? times.getCurrentProcessingTimeInMs() : times.getCurrentWatermarkInMs();
    }

    static <T> String text(scala.collection.Iterator<T> values, boolean sorted) {
      List<String> all = new ArrayList<>();
      while (values.hasNext()) all.add(String.valueOf(values.next()));
      if (sorted) Collections.sort(all);
      return String.join("+", all);
    }

    void one(String key, String op, Long time, TimerValues times) {
      if (op.startsWith("!")) {
        try {
          one(key, op.substring(1), time, times);
        } catch (RuntimeException error) {
          emit(key, time, "E");
        }
        return;
      }
      if (op.equals("q")) { emit(key, time, "q" + times.getCurrentProcessingTimeInMs() + "/" + times.getCurrentWatermarkInMs()); return; }
      if (op.startsWith("X")) { emit(key, time, op.substring(1).replace(',', ' ')); return; }
      if (op.length() < 2) return;
      if (op.startsWith("o")) { program.update(op.substring(1)); return; }
      if (op.startsWith("e")) { emit(key, time == null ? null : time + Long.parseLong(op.substring(1)), op); return; }
      if (op.startsWith("E")) { emit(key, now(times) + Long.parseLong(op.substring(1)), op); return; }
      String two = op.substring(0, 2), rest = op.substring(2);
      switch (two) {
        case "vg": emit(key, time, "vg" + (value.exists() ? value.get() : "-") + "/" + value.get()); break;
        case "ve": emit(key, time, "ve" + value.exists()); break;
        case "vu": value.update(rest); break;
        case "vc": value.clear(); break;
        case "lg": emit(key, time, "lg" + text(list.get(), false)); break;
        case "le": emit(key, time, "le" + list.exists()); break;
        case "la": list.appendValue(rest); break;
        case "lp": list.put(words(rest, "[+]")); break;
        case "ll": list.appendList(words(rest, "[+]")); break;
        case "lc": list.clear(); break;
        case "mg": emit(key, time, "mg" + map.getValue(rest)); break;
        case "mh": emit(key, time, "mh" + map.containsKey(rest)); break;
        case "me": emit(key, time, "me" + map.exists()); break;
        case "mu": { String[] kv = rest.split("="); map.updateValue(kv[0], kv[1]); break; }
        case "mr": map.removeKey(rest); break;
        case "mk": emit(key, time, "mk" + text(map.keys(), true)); break;
        case "mv": emit(key, time, "mv" + text(map.values(), true)); break;
        case "mi": {
          List<String> all = new ArrayList<>();
          scala.collection.Iterator<scala.Tuple2<String, String>> i = map.iterator();
          while (i.hasNext()) { scala.Tuple2<String, String> t = i.next(); all.add(t._1() + "=" + t._2()); }
          Collections.sort(all);
          emit(key, time, "mi" + String.join("+", all));
          break;
        }
        case "mc": map.clear(); break;
        case "tr": if (time != null) handle.registerTimer(time + Long.parseLong(rest)); break;
        case "tx": if (time != null) handle.deleteTimer(time + Long.parseLong(rest)); break;
        case "tw": handle.registerTimer(now(times) + Long.parseLong(rest)); break;
        case "td": handle.deleteTimer(now(times) + Long.parseLong(rest)); break;
        case "tD": {
          List<Long> all = new ArrayList<>();
          scala.collection.Iterator<Object> i = handle.listTimers();
          while (i.hasNext()) all.add((Long) i.next());
          for (long t : all) handle.deleteTimer(t);
          break;
        }
        case "tl": {
          List<Long> all = new ArrayList<>();
          scala.collection.Iterator<Object> i = handle.listTimers();
          while (i.hasNext()) all.add((Long) i.next());
          Collections.sort(all);
          emit(key, time, "tl" + all);
          break;
        }
        default: break;
      }
    }
  }

}
