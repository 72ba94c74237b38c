/**
 * Text without what stands before the `@` of its URLs: `postgres://***@db/orders` for
 * `postgres://ann:secret@db/orders`. Errors of other people's code like to name their URL.
 */
export function withoutPassword(text: string): string {
  return text.replace(/:\/\/[^\s/?#]+@/g, '://***@');
}
