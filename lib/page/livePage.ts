import { checkedPage, type LivePage, type LivePageOptions } from './livePageOptions.js';
import { openPages } from './openPages.js';

/**
 * Opens a page in the browser that shows every query of this process while it runs: the plan with rows
 * per second, rates and batches, event time against the watermark, late rows, state, and the result.
 *
 * In:     queries that run, and those that are started while the page is open.
 * Out:    a {@link LivePage} with the address to open. It keeps the process alive until it is closed.
 * Errors: `PAGE_PORT_IN_USE` if `port` is taken; RangeError for a bad option.
 *
 * The page listens on 127.0.0.1 only and needs no network. Pause, resume and stop are the only things
 * that it can do.
 * @example
 * const page = await livePage();
 * console.log(`open ${page.url}`);
 * const query = writeStream(readStream(rate({ rowsPerSecond: 5 })), { sink: memorySink() });
 * await query.awaitTermination('1 minute');
 * await page.close();
 * @since 0.1.0
 */
export function livePage(options: LivePageOptions = {}): Promise<LivePage> {
  return openPages.open(checkedPage(options), true);
}
