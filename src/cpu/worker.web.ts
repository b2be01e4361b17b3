/** Entry of the Web Worker. */
import type { Replica } from '../model/replica.ts';
import { serve } from './worker.ts';

const scope = self as unknown as {
  onmessage: (event: MessageEvent<Replica>) => void;
  postMessage(message: unknown, transfer: Transferable[]): void;
};

scope.onmessage = ({ data }) =>
  serve(data, (report, transfer) => scope.postMessage(report, transfer));
