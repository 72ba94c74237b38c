import { timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * Who may talk to the page. The server listens on 127.0.0.1 only; the rest keeps out other sites that
 * are open in the same browser.
 */

/** Host as a browser on this machine sends it: a name that somebody else points here is refused. */
export function isOwnHost(headers: IncomingHttpHeaders, port: number): boolean {
  return ownHosts(port).includes(headers.host ?? '');
}

/** A page of this very server: scheme, host and port, and the same host as in the request. */
export function isOwnOrigin(headers: IncomingHttpHeaders, port: number): boolean {
  const { origin, host } = headers;
  return isOwnHost(headers, port) && origin === `http://${host}`;
}

/** Browsers say which site a request comes from; where they do, it has to be this one. */
export function isSameSite(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  return site === undefined || site === 'same-origin' || site === 'none';
}

export function hasToken(headers: IncomingHttpHeaders, token: string): boolean {
  const given = headers['x-millrace-token'];
  if (typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function ownHosts(port: number): readonly string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`];
}
