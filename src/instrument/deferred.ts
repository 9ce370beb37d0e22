/** A promise with its resolver, for answers that come as messages. */
export function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (reason: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  // A rejection that nobody waits for yet must not end the process.
  promise.catch(() => {});
  return { promise, resolve, reject };
}
