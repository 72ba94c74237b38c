/** While `during` runs, the next call of `method` does its work and then rejects. */
export async function failingOnce<T>(
  owner: object,
  method: string,
  during: () => Promise<T>,
): Promise<T> {
  const works = Reflect.get(owner, method) as (...given: unknown[]) => Promise<void>;
  Reflect.set(owner, method, async function (this: unknown, ...given: unknown[]) {
    Reflect.set(owner, method, works);
    await works.apply(this, given);
    throw new Error(`EIO: i/o error, ${method}`);
  });
  try {
    return await during();
  } finally {
    Reflect.set(owner, method, works);
  }
}
