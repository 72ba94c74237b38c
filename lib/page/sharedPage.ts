import { checkedPage, type LivePageOptions } from './livePageOptions.js';
import { openPages } from './openPages.js';

/**
 * The page of `writeStream(…, { page })`: the one that is open, else a new one, which does not keep the
 * process alive and whose address is printed. Queries are followed from this call on. A page that
 * cannot be opened stops no query: Node's warning says why.
 */
export function openSharedPage(options: LivePageOptions): void {
  const checked = checkedPage(options);
  const first = openPages.first;
  if (!first) return openAndTell(checked);
  first.then(
    (open) => {
      if (checked.port !== undefined && checked.port !== open.port) openAndTell(checked);
    },
    () => openAndTell(checked),
  );
}

function openAndTell(checked: ReturnType<typeof checkedPage>): void {
  openPages.open(checked, false).then(
    (page) => void process.stderr.write(`live page: ${page.url}\n`),
    (error: unknown) => process.emitWarning(error instanceof Error ? error : String(error)),
  );
}
