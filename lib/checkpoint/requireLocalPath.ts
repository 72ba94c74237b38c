/** A scheme of two letters or more (one is a drive of Windows), as in s3://bucket/out and file:/tmp/out. */
const url = /^[a-z][a-z\d+.-]+:\//i;

export function isUrl(path: string): boolean {
  return url.test(path);
}

export const urlReason = 'it is a URL';
export const urlFix =
  'name a folder on a disk of this machine, such as /data/name; fileURLToPath(url) gives that of a file URL';

/**
 * Refuses a URL where a path is meant, as programs for Spark have it: to Node `s3://bucket/out` is a folder
 * `s3:` in the working folder, which would be written without a word.
 *
 * @throws TypeError that names the option.
 */
export function requireLocalPath(option: string, path: string): void {
  if (!isUrl(path)) return;
  throw new TypeError(`${option} must be a path, got the URL ${JSON.stringify(path)}: ${urlFix}`);
}
