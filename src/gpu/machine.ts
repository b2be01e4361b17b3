/** What a plan is made for. */

/** What a device is and allows. */
export interface Machine {
  /** Runs on the CPU: as many processors as there are cores, and barriers are dear. */
  readonly software: boolean;
  /** Invocations that run in step. */
  readonly simdWidth: number;
  /** Invocations of a subgroup, where kernels can use them and all have as many; else 0. */
  readonly subgroup: number;
  /** Most loop iterations of an invocation in one dispatch. */
  readonly loopLimit: number;
  /** Bytes of a buffer that can be bound. */
  readonly maxBinding: number;
  /** Bytes of workgroup memory. */
  readonly maxWorkgroupStorage: number;
  /** Invocations of a workgroup. */
  readonly maxInvocations: number;
  /** Bytes that datasets may take; unknown in WebGPU, so a bound of ours. */
  readonly memory: number;
}

/** What is to be trained: the largest replica, and how many there are. */
export interface Work {
  /** N. */
  readonly samples: number;
  /** d. */
  readonly dimensions: number;
  /** The smallest d among them. */
  readonly narrowest: number;
  /** Replicas, as far as one has looked ahead. */
  readonly replicas: number;
  /** Replicas that can have one dataset in common, as in a sweep over σ: the mean over datasets. */
  readonly sharing: number;
}

/** What trains: gradient flow in the clock θ or in time, or steps of a fixed length. */
export type Method = 'flow' | 'flowInTime' | 'descent';
