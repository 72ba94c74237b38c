import type { StreamingQuery, StreamingQueryProgress } from '../../index.js';
import { tableLines } from '../../lib/terminal/liveTable.js';
import { progressBarText, progressLine } from '../../lib/terminal/progressBar.js';
import type { Screen } from '../../lib/terminal/screen.js';
import type { HourRow, HourTable, Totals } from './hourTable.js';

const tableHeight = 14;

/** What the main job shows: a bar, the newest hours, and a summary at the end. */
export class FlightsView {
  private done = 0;
  private processed = 0;
  private late = 0;
  private tenth = -1;
  private readonly startedMs = performance.now();
  private perSecond = 0;

  constructor(
    private readonly screen: Screen,
    private readonly total: number,
    private readonly table: HourTable,
  ) {
    this.done = table.totals().flights;
  }

  update(progress: StreamingQueryProgress): void {
    this.processed += progress.numInputRows;
    this.done = Math.min(this.total, this.done + progress.numInputRows);
    this.late += progress.stateOperators[0]?.numRowsDroppedByWatermark ?? 0;
    this.perSecond = (this.processed * 1000) / (performance.now() - this.startedMs);
    const { screen, done, total } = this;
    const work = { done, total, label: 'flights', perSecond: this.perSecond };
    const tenth = Math.floor((done / total) * 10);
    const plain = tenth > this.tenth ? progressLine(work) : undefined;
    this.tenth = Math.max(tenth, this.tenth);
    if (!screen.live) return screen.draw([], plain);
    const title = `batch ${progress.batchId}, watermark ${progress.eventTime.watermark ?? '-'}`;
    const { columns, colors } = screen;
    const rows = tableLines(this.newestHours(), { columns, lines: tableHeight, title, colors });
    screen.draw([progressBarText(work, screen), ...rows]);
  }

  /** The query has ended. */
  end(query: StreamingQuery): void {
    this.screen.end();
    const last = query.lastProgress?.batchId ?? 'none';
    console.log(`query ${query.id}, batch ${last} was the last`);
    console.log(`processed ${figure(this.processed)} rows at ${figure(this.perSecond)} rows/s`);
  }

  /** After Ctrl-C. */
  interrupted(): void {
    console.log('stopped: `npm start` goes on from here, `npm start -- --fresh` starts over');
  }

  /** Prints the totals beside those of the plain loop; whether they agree. */
  summary(expected: Totals & { readonly late: number }): boolean {
    const got = this.table.totals();
    const { log } = console;
    const names = ['flights', 'delayMinutes', 'delayed', 'groups'] as const;
    for (const name of names) {
      const same =
        got[name] === expected[name] ? 'as the plain loop' : `PLAIN LOOP SAYS ${expected[name]}`;
      log(`${name.padEnd(13)} ${figure(got[name]).padStart(12)}  ${same}`);
    }
    log(
      `late          ${figure(expected.late).padStart(12)}  (${figure(this.late)} seen by this run)`,
    );
    log(`peak memory ${figure(process.resourceUsage().maxRSS / 1024)} MiB`);
    return names.every((name) => got[name] === expected[name]);
  }

  private newestHours(): readonly unknown[] {
    return [...this.table.latest]
      .sort((a, b) => b.window.start - a.window.start || b.flights - a.flights)
      .slice(0, tableHeight)
      .map(shown);
  }
}

function shown(row: HourRow): unknown {
  return {
    hour: new Date(row.window.start).toISOString().slice(0, 13),
    origin: row.key,
    flights: row.flights,
    meanDelay: Math.round(((row.delayMinutes ?? 0) / row.flights) * 10) / 10,
    delayed: `${Math.round((row.delayed / row.flights) * 100)} %`,
  };
}

function figure(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
