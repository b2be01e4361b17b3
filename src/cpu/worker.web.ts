/** Entry of the Web Worker. */
import { type Job, serve } from './worker.ts';

const scope = self as unknown as {
  onmessage: (event: MessageEvent<readonly Job[]>) => void;
  postMessage(message: unknown, transfer: Transferable[]): void;
};

scope.onmessage = ({ data }) =>
  serve(data, (report, transfer) => scope.postMessage(report, transfer));
