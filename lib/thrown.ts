/** What is said of something that was thrown, which need not be an Error. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The code of an error, of the system (`ENOENT`) or of a package; undefined where it has none. */
export function codeOf(error: unknown): unknown {
  return Reflect.get(Object(error), 'code');
}

/** Whether a file could not be made because its name is taken. */
export function isTaken(error: unknown): boolean {
  return codeOf(error) === 'EEXIST';
}
