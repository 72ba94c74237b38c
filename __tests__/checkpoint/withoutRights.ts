/** Root may write anywhere: as somebody else, then. */
export async function withoutRights<T>(body: () => Promise<T>): Promise<T> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65534);
  try {
    return await body();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
