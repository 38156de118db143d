/** What is made late: large policies cost only what a query reads of them. */

/** Makes something when it is first wanted. */
export function onFirstUse<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
