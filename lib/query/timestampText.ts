/** ISO-8601 in UTC; what no Date can hold as it is. */
export function timestampText(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? String(ms) : date.toISOString();
}
