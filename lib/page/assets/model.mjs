/**
 * @typedef {import('../wire.js').PageMessage} PageMessage
 * @typedef {import('../wire.js').QueryNews} QueryNews
 * @typedef {import('../wire.js').QueryAbout} QueryAbout
 * @typedef {import('../wire.js').Cell} Cell
 * @typedef {{ id: number, cells: readonly Cell[], changed: number }} TableRow
 * @typedef {{ columns: readonly string[], rows: Map<number, TableRow>, total: number | null, version: number }} Table
 * @typedef {Omit<QueryNews, 'about' | 'table'> & { about: QueryAbout, table: Table }} Query
 */

const keptBatches = 50;
const keptPoints = 1200;
const keptLate = 50;

/** All queries by run id, in the order in which they started, as the server has told them. */
export class Model {
  /** @type {Map<string, Query>} */
  queries = new Map();
  /** The server's clock at its last message, ms. */
  now = 0;
  /** Counts messages: a row whose `changed` is this one has just changed. */
  version = 0;

  /** @param {PageMessage} message */
  reset(message) {
    this.version += 1;
    this.now = message.now;
    this.queries = new Map();
    for (const news of message.queries) this.#add(news, -1);
  }

  /** @param {PageMessage} message */
  apply(message) {
    this.version += 1;
    this.now = message.now;
    for (const runId of message.gone) this.queries.delete(runId);
    for (const news of message.queries) {
      const known = this.queries.get(news.runId);
      if (known) this.#merge(known, news);
      else this.#add(news, this.version);
    }
  }

  /**
   * @param {QueryNews} news
   * @param {number} changed
   */
  #add(news, changed) {
    if (!news.about) return;
    /** @type {Table} */
    const table = { columns: [], rows: new Map(), total: null, version: this.version };
    const query = { ...news, about: news.about, table };
    if (news.table) changeTable(table, news.table, changed, this.version);
    this.queries.set(news.runId, query);
  }

  /**
   * @param {Query} query
   * @param {QueryNews} news
   */
  #merge(query, news) {
    const { about, table, batches, points, late, ...rest } = news;
    const firstNew = points[0]?.t ?? Number.POSITIVE_INFINITY;
    Object.assign(query, rest, {
      about: about ?? query.about,
      batches: [...query.batches, ...batches].slice(-keptBatches),
      points: [...query.points.filter((point) => point.t < firstNew), ...points].slice(-keptPoints),
      late: [...query.late, ...late].slice(-keptLate),
    });
    if (table) changeTable(query.table, table, this.version, this.version);
  }
}

/**
 * @param {Table} table
 * @param {import('../wire.js').TableChange} change
 * @param {number} changed
 * @param {number} version
 */
function changeTable(table, change, changed, version) {
  if (change.full) table.rows.clear();
  for (const id of change.removed) table.rows.delete(id);
  for (const [id, ...cells] of change.rows) {
    table.rows.delete(id); // to the end: the newest is last
    table.rows.set(id, { id, cells, changed });
  }
  table.columns = change.columns;
  table.total = change.total;
  table.version = version;
}
