/** IndexedDB with promises, as far as it is needed. */

/** Resolves with what a request comes to. */
export function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('The request failed.'));
  });
}

/** Resolves once a transaction is through; rejects with why it is not. */
export function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('The transaction ended.'));
    transaction.onerror = () => {}; // an abort follows
  });
}

/** Opens a database, made anew by `upgrade` where there is none of this version. */
export async function openDatabase(
  name: string,
  version: number,
  upgrade: (database: IDBDatabase) => void,
): Promise<IDBDatabase> {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => upgrade(request.result);
  const database = await resultOf(request);
  // Another tab may want to bring a newer version.
  database.onversionchange = () => database.close();
  return database;
}
