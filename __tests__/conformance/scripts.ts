import * as O from 'fp-ts/lib/Option.js';
import type { GroupState, ListState, MapState, ValueState } from '../../index.js';
import type { Row, ScriptPlan } from './vector.js';

/** State functions that do what the column `c` of their rows says: a word is one call of the state. */

type Emit = (x: string) => void;

export function groupScript(
  key: string | null,
  rows: readonly Row[],
  state: GroupState<string>,
): Row[] {
  const out: Row[] = [];
  const emit: Emit = (x) => out.push({ k: key, x });
  const text = () => O.getOrElse(() => '-')(state.get());
  if (state.hasTimedOut) {
    const before = text();
    emit(`T${before}`);
    const bar = before.indexOf('|');
    if (bar >= 0)
      for (const op of words(before.slice(bar + 1), ',')) groupWord(op, null, state, emit);
  }
  for (const row of rows) {
    for (const op of words(row.c, ' ')) groupWord(op, row.time as number | null, state, emit);
  }
  if (rows.length === 0 && !state.hasTimedOut) emit(`I${text()}`);
  return out;
}

function groupWord(op: string, time: number | null, state: GroupState<string>, emit: Emit): void {
  if (op.startsWith('!')) {
    return guarded(() => groupWord(op.slice(1), time, state, emit), emit);
  }
  const rest = op.slice(1);
  switch (op[0]) {
    case 'g':
      return emit(`g${O.getOrElse(() => '-')(state.get())}`);
    case 'u':
      return state.update(rest);
    case 'r':
      return state.remove();
    case 't':
      if (time !== null) state.setTimeoutTimestamp(time + Number(rest));
      return;
    case 'w':
      return state.setTimeoutTimestamp(state.getCurrentWatermarkMs() + Number(rest));
    case 'd':
      return state.setTimeoutDuration(Number(rest));
    case 'm':
      return emit(`m${state.getCurrentWatermarkMs()}`);
    case 'p':
      return emit(`p${state.getCurrentProcessingTimeMs()}`);
    default:
      throw new TypeError(`no word ${op}`);
  }
}

interface States {
  readonly value: ValueState<string>;
  readonly program: ValueState<string>;
  readonly list: ListState<string>;
  readonly map: MapState<string, string>;
}

interface Handle {
  value(name: string, options?: object): ValueState<string>;
  list(name: string, options?: object): ListState<string>;
  map(name: string, options?: object): MapState<string, string>;
}

interface Context {
  registerTimer(ms: number): void;
  deleteTimer(ms: number): void;
  listTimers(): readonly number[];
  getCurrentProcessingTimeMs(): number;
  getCurrentWatermarkMs(): number;
}

export function processScript(plan: ScriptPlan): unknown {
  const { timeMode, eventTime, ttl = {}, initial } = plan;
  const isTimed = eventTime !== undefined;
  const emitter = (key: string | null, out: Row[]) => (at: number | null, x: string) => {
    out.push(isTimed ? { k: key, at, x } : { k: key, x });
  };
  const ttlOf = (name: string) => (ttl[name] === undefined ? {} : { ttl: ttl[name] });
  const now = (ctx: Context) =>
    timeMode === 'processingTime' ? ctx.getCurrentProcessingTimeMs() : ctx.getCurrentWatermarkMs();
  return {
    timeMode,
    init: (handle: Handle): States => ({
      value: handle.value('value', ttlOf('v')),
      program: handle.value('program'),
      list: handle.list('list', ttlOf('l')),
      map: handle.map('map', ttlOf('m')),
    }),
    ...(initial === undefined
      ? {}
      : {
          initialState: initial,
          handleInitialState(_key: string | null, row: string, state: States, ctx: Context) {
            for (const op of words(row, ' '))
              processWord(op, 0, state, ctx, now(ctx), () => undefined);
          },
        }),
    handleInputRows(key: string | null, rows: readonly Row[], state: States, ctx: Context) {
      const out: Row[] = [];
      const emit = emitter(key, out);
      for (const row of rows) {
        for (const op of words(row.c, ' ')) {
          processWord(op, row.time as number | null, state, ctx, now(ctx), emit);
        }
      }
      return out;
    },
    ...(timeMode === 'none'
      ? {}
      : {
          handleExpiredTimer(key: string | null, at: number, state: States, ctx: Context) {
            const out: Row[] = [];
            const emit = emitter(key, out);
            emit(at, `T${at}`);
            const program = O.toUndefined(state.program.get());
            for (const op of words(program, ',')) processWord(op, at, state, ctx, now(ctx), emit);
            return out;
          },
        }),
    ...(isTimed ? { eventTime: (row: Row) => row[eventTime] } : {}),
  };
}

function processWord(
  op: string,
  time: number | null,
  { value, program, list, map }: States,
  ctx: Context,
  now: number,
  emitAt: (at: number | null, x: string) => void,
): void {
  const emit: Emit = (x) => emitAt(time, x);
  if (op.startsWith('!')) {
    const states = { value, program, list, map };
    return guarded(() => processWord(op.slice(1), time, states, ctx, now, emitAt), emit);
  }
  if (op === 'q')
    return emit(`q${ctx.getCurrentProcessingTimeMs()}/${ctx.getCurrentWatermarkMs()}`);
  if (op.startsWith('X')) return emit(op.slice(1).replaceAll(',', ' '));
  if (op.startsWith('o')) return program.update(op.slice(1));
  if (op.startsWith('e')) return emitAt(time === null ? null : time + Number(op.slice(1)), op);
  if (op.startsWith('E')) return emitAt(now + Number(op.slice(1)), op);
  const rest = op.slice(2);
  const parts = () => words(rest, '+');
  switch (op.slice(0, 2)) {
    case 'vg': {
      const got = O.toUndefined(value.get());
      return emit(`vg${value.exists ? got : '-'}/${got ?? 'null'}`);
    }
    case 've':
      return emit(`ve${value.exists}`);
    case 'vu':
      return value.update(rest);
    case 'vc':
      return value.clear();
    case 'lg':
      return emit(`lg${list.get().join('+')}`);
    case 'le':
      return emit(`le${list.exists}`);
    case 'la':
      return list.appendValue(rest);
    case 'lp':
      return list.put(parts());
    case 'll':
      return list.appendList(parts());
    case 'lc':
      return list.clear();
    case 'mg':
      return emit(`mg${O.getOrElse(() => 'null')(map.getValue(rest))}`);
    case 'mh':
      return emit(`mh${map.containsKey(rest)}`);
    case 'me':
      return emit(`me${map.exists}`);
    case 'mu': {
      const [k = '', v = ''] = rest.split('=');
      return map.updateValue(k, v);
    }
    case 'mr':
      return map.removeKey(rest);
    case 'mk':
      return emit(`mk${[...map.keys()].sort().join('+')}`);
    case 'mv':
      return emit(`mv${[...map.values()].sort().join('+')}`);
    case 'mi':
      return emit(
        `mi${[...map.entries()]
          .map(([k, v]) => `${k}=${v}`)
          .sort()
          .join('+')}`,
      );
    case 'mc':
      return map.clear();
    case 'tr':
      if (time !== null) ctx.registerTimer(time + Number(rest));
      return;
    case 'tx':
      if (time !== null) ctx.deleteTimer(time + Number(rest));
      return;
    case 'tw':
      return ctx.registerTimer(now + Number(rest));
    case 'td':
      return ctx.deleteTimer(now + Number(rest));
    case 'tD':
      for (const timer of ctx.listTimers()) ctx.deleteTimer(timer);
      return;
    case 'tl':
      return emit(`tl[${[...ctx.listTimers()].join(', ')}]`);
    default:
      return; // A row that another script has given may say nothing.
  }
}

function guarded(run: () => void, emit: Emit): void {
  try {
    run();
  } catch {
    emit('E');
  }
}

function words(text: unknown, separator: string): readonly string[] {
  return typeof text === 'string' && text !== '' ? text.split(separator) : [];
}
