/** What a file says about itself cannot be true. Becomes `SOURCE_UNREADABLE` where the file is known. */
export class ParquetDamage extends Error {
  override readonly name = 'ParquetDamage';
}

export function damaged(reason: string): never {
  throw new ParquetDamage(reason);
}
