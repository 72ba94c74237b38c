/** Folder of the manifest inside the folder of a file sink; file sources skip names that begin so. */
export const manifestFolder = '_millrace';

const entryName = /^(\d{12})-(\d{12})\.entry$/;
const ownerName = /^owner-(\d{12})$/;

/** An entry as its name tells it. */
export interface EntryName {
  readonly name: string;
  readonly first: number;
  readonly last: number;
}

export function entryNameOf(first: number, last: number): string {
  return `${digits(first)}-${digits(last)}.entry`;
}

/** `epoch` counts the runs that have opened the sink: files of two runs never share a name. */
export function ownerNameOf(epoch: number): string {
  return `owner-${digits(epoch)}`;
}

export function pendingNameOf(batchId: number, epoch: number): string {
  return `pending-${digits(batchId)}-${digits(epoch)}`;
}

export function dataFileName(
  batchId: number,
  epoch: number,
  index: number,
  extension: string,
): string {
  return `part-${digits(batchId)}-${epoch}-${index}.${extension}`;
}

export interface ManifestListing {
  /** In order of batches; an entry that lies inside another one has been merged and is left out. */
  readonly entries: readonly EntryName[];
  readonly merged: readonly EntryName[];
  /** Ascending. */
  readonly epochs: readonly number[];
  readonly pending: readonly string[];
}

/** What the names in the manifest folder say. */
export function listingOf(names: readonly string[]): ManifestListing {
  const all = names.flatMap((name) => {
    const match = entryName.exec(name);
    return match === null ? [] : [{ name, first: Number(match[1]), last: Number(match[2]) }];
  });
  all.sort((a, b) => a.first - b.first || b.last - a.last); // the widest of one beginning first
  const entries: EntryName[] = [];
  const merged: EntryName[] = [];
  for (const entry of all) {
    const before = entries.at(-1);
    (before !== undefined && entry.last <= before.last ? merged : entries).push(entry);
  }
  return {
    entries,
    merged,
    epochs: names
      .flatMap((name) => ownerName.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b),
    pending: names.filter((name) => name.startsWith('pending-')),
  };
}

function digits(value: number): string {
  return String(value).padStart(12, '0');
}
