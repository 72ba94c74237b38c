const longest = 100;

/** A key as messages show it: short, and never a failure of its own. */
export function keyText(key: unknown): string {
  const text = typeof key === 'object' && key !== null ? jsonOf(key) : literal(key);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function literal(key: unknown): string {
  return typeof key === 'string' ? JSON.stringify(key) : String(key);
}

function jsonOf(key: object): string {
  try {
    return JSON.stringify(key, (_name, part) => (typeof part === 'bigint' ? String(part) : part));
  } catch {
    return 'an object';
  }
}
