import { config } from 'rxjs';

/** An error of which nobody hears, told where RxJS tells of its own; the process goes on. */
export function reportUnhandled(what: string, error: unknown): void {
  if (config.onUnhandledError) return config.onUnhandledError(error);
  console.error(`millrace: ${what}:`, error);
}
