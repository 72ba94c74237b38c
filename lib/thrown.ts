/** What is said of something that was thrown, which need not be an Error: services reject with plain objects. */
export function reasonOf(error: unknown): string {
  try {
    const message: unknown = Reflect.get(Object(error), 'message');
    return typeof message === 'string' ? message : String(error);
  } catch {
    return Object.prototype.toString.call(error); // without a prototype it has no text
  }
}

/** The code of an error, of the system (`ENOENT`) or of a package; undefined where it has none. */
export function codeOf(error: unknown): unknown {
  return Reflect.get(Object(error), 'code');
}

/** Whether a file could not be made because its name is taken. */
export function isTaken(error: unknown): boolean {
  return codeOf(error) === 'EEXIST';
}
