/** A request's target in two, as it was sent: a query may have question marks of its own. */

/** Path and query of a request's target, divided at the first `?`; an absent query is empty. */
export function splitUrl(url: string): { readonly path: string; readonly query: string } {
  const at = url.indexOf('?');
  return at < 0 ? { path: url, query: '' } : { path: url.slice(0, at), query: url.slice(at + 1) };
}
