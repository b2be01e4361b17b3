import { EngineLostError } from '../model/engine.ts';
import type { Machine } from './machine.ts';
import { subgroupSize, subgroupsInOrder } from './subgroups.ts';

/** Limits worth raising: larger datasets and workgroups fit. Everything works at the defaults. */
const RAISED = [
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
] as const;

/** Milliseconds to wait for the word that the device is lost, once something has gone wrong. */
const LOSS_WAIT = 3000;

/** Bytes of datasets on a GPU, where nobody says how many it has: WebGPU does not tell. */
export const MAX_MEMORY = 2 ** 32;
/** Most bytes of a buffer. */
const MAX_BUFFER = 2 ** 30;

/** The adapter in words, for a reader and for files. Some drivers describe only themselves. */
export function adapterName(adapter: GPUAdapter): string {
  const { description, device, vendor, architecture } = adapter.info;
  if (description && isSoftware(adapter)) return description;
  const named = /\D/.test(device); // some give a number
  const parts = description ? [named && device, description] : [vendor, architecture, device];
  return parts.filter(Boolean).join(', ').trim() || 'unnamed adapter';
}

/** A software adapter runs on the CPU, slower than the engines for the CPU do. */
export function isSoftware({ info }: GPUAdapter): boolean {
  return info.isFallbackAdapter || /swiftshader|llvmpipe|basic render/i.test(info.description);
}

/**
 * Loop iterations that an invocation may make in one dispatch. Mesa's software driver stops loops
 * without a word after 65 535, over all loops of an invocation.
 */
export function loopLimit({ info }: GPUAdapter): number {
  return /llvmpipe/i.test(info.description) ? 65_000 : Infinity;
}

/** What the planner needs to know of an adapter's device. */
export function machineOf(
  adapter: GPUAdapter,
  { gpu: { limits }, subgroup }: Device,
): Omit<Machine, 'memory'> {
  const { description } = adapter.info;
  return {
    software: isSoftware(adapter),
    simdWidth: /llvmpipe/i.test(description) ? 8 : isSoftware(adapter) ? 4 : 32,
    // How many turns their loops have is not reckoned with (gradientCost).
    subgroup: loopLimit(adapter) === Infinity ? subgroup : 0,
    loopLimit: loopLimit(adapter),
    maxBinding: Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize),
    maxWorkgroupStorage: limits.maxComputeWorkgroupStorageSize,
    maxInvocations: Math.min(
      limits.maxComputeInvocationsPerWorkgroup,
      limits.maxComputeWorkgroupSizeX,
    ),
  };
}

/**
 * A device that collects what goes wrong on it: the first validation or memory error, and its loss.
 */
export class Device {
  readonly gpu: GPUDevice;
  #error: Error | undefined;
  #subgroup = 0;

  private constructor(gpu: GPUDevice) {
    this.gpu = gpu;
    gpu.addEventListener('uncapturederror', ({ error }) => {
      this.#error ??= new Error(`WebGPU reports: ${error.message}`);
    });
    gpu.lost.then(({ reason, message }) => {
      const why = message ? ` (${message})` : '';
      const how = reason === 'destroyed' ? 'was taken away' : 'stopped working';
      this.#error = new EngineLostError(`The GPU ${how} in the middle of the run${why}.`);
    });
  }

  /**
   * Requests a device from an adapter, which is used up by it.
   * @throws Error if the adapter gives none
   */
  static async request(adapter: GPUAdapter): Promise<Device> {
    const requiredLimits = Object.fromEntries(
      RAISED.map((name) => [name, Math.min(adapter.limits[name], MAX_BUFFER)]),
    );
    const size = subgroupSize(adapter);
    const requiredFeatures: GPUFeatureName[] = size > 0 ? ['subgroups'] : [];
    const device = new Device(await adapter.requestDevice({ requiredLimits, requiredFeatures }));
    try {
      if (size > 0 && (await subgroupsInOrder(device, size))) device.#subgroup = size;
    } catch (error) {
      // Kernels go without what does not compile.
      if (error instanceof EngineLostError) throw error;
    }
    return device;
  }

  /** Invocations of every subgroup; 0: kernels do without them. */
  get subgroup(): number {
    return this.#subgroup;
  }

  /**
   * Throws what has gone wrong so far, if anything has.
   * @throws EngineLostError if the device is lost, Error for a validation or memory error
   */
  check(): void {
    if (this.#error) throw this.#error;
  }

  /** Waits for a result that a lost device never gives. */
  async settle<T>(result: Promise<T>): Promise<T> {
    try {
      return await result;
    } catch (error) {
      // The reason of a loss arrives after the rejection it causes, on a busy machine long after.
      await Promise.race([this.gpu.lost, new Promise((resolve) => setTimeout(resolve, LOSS_WAIT))]);
      this.check();
      throw error;
    }
  }

  /**
   * Compiles a module and makes a compute pipeline of its only entry point.
   * @throws Error with the compiler's messages, the line and the text of each
   */
  async pipeline(
    label: string,
    code: string,
    layout: GPUPipelineLayout | 'auto' = 'auto',
  ): Promise<GPUComputePipeline> {
    const module = this.gpu.createShaderModule({ label, code });
    const { messages } = await module.getCompilationInfo();
    const errors = messages.filter(({ type }) => type === 'error');
    if (errors.length > 0) {
      const lines = code.split('\n');
      const texts = errors.map(
        (m) => `${label}:${m.lineNum}: ${m.message}\n  ${lines[m.lineNum - 1]}`,
      );
      throw new Error(`The shader does not compile on this device.\n${texts.join('\n')}`);
    }
    return this.settle(this.gpu.createComputePipelineAsync({ label, layout, compute: { module } }));
  }

  /** A buffer with the given contents. */
  upload(
    label: string,
    usage: GPUBufferUsageFlags,
    data: ArrayBuffer | ArrayBufferView,
  ): GPUBuffer {
    const size = Math.ceil(data.byteLength / 4) * 4;
    const buffer = this.gpu.createBuffer({ label, usage: usage | GPUBufferUsage.COPY_DST, size });
    this.gpu.queue.writeBuffer(buffer, 0, data as ArrayBuffer);
    return buffer;
  }
}
