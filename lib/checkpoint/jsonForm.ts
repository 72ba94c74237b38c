import type { Json } from '../sources/source.js';

/** A JSON object, of which nothing else is known yet. */
export type JsonForm = { readonly [key: string]: Json };

export function isForm(json: Json | undefined): json is JsonForm {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
