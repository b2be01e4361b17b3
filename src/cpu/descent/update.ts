import type { DescentKind, Pull, Training } from '../../model/dynamics.ts';

/** What a kind of dynamics makes of a gradient; twin of `shaders/descent/update.wgsl`. */
export class Update {
  readonly #kind: DescentKind;
  readonly #training: Training;
  /** Velocity, or Adam's mean gradient; Adam's mean square. S, then b, as the parameters. */
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  /** β₁ᵏ and β₂ᵏ after k steps. */
  #power1 = 1;
  #power2 = 1;

  constructor(kind: DescentKind, training: Training, parameters: number) {
    this.#kind = kind;
    this.#training = training;
    this.#first = new Float64Array(parameters);
    this.#second = new Float64Array(parameters);
  }

  /**
   * Moves the parameters by one step; adds ℓ2 regularisation to the gradient on the way.
   * Heavy ball: v ← βv + g, x ← x − ηv. Nesterov: v ← βv + g, x ← x − η(g + βv) (Sutskever et al. 2013,
   * as PyTorch has it). Adam: m̂ = m/(1 − β₁ᵏ), v̂ = v/(1 − β₂ᵏ), x ← x − η m̂/(√v̂ + ε). Decoupled decay:
   * −ηγx at the x before the step.
   * @returns whether any parameter changed: steps may be too short for it
   */
  step(x: Float64Array, slope: Float64Array): boolean {
    const { learningRate: eta, momentum, beta1, beta2, epsilon, l2, weightDecay } = this.#training;
    const last = x.length - 1;
    const single = this.#training.parameters === 'float32';
    const first = this.#first;
    const second = this.#second;
    const rate = (pull: Pull, j: number): number => (j < last ? pull.weights : pull.bias);
    let changed = false;
    this.#power1 *= beta1;
    this.#power2 *= beta2;
    const correction1 = 1 - this.#power1;
    const correction2 = 1 - this.#power2;
    for (let j = 0; j <= last; j++) {
      const xj = x[j] as number;
      const g = (slope[j] as number) + rate(l2, j) * xj;
      let change: number;
      switch (this.#kind) {
        case 'gd':
        case 'sgd':
          change = g;
          break;
        case 'heavyBall':
          change = momentum * (first[j] as number) + g;
          first[j] = change;
          break;
        case 'nesterov':
          first[j] = momentum * (first[j] as number) + g;
          change = g + momentum * (first[j] as number);
          break;
        default: {
          const mean = beta1 * (first[j] as number) + (1 - beta1) * g;
          const square = beta2 * (second[j] as number) + (1 - beta2) * g * g;
          first[j] = mean;
          second[j] = square;
          change = mean / correction1 / (Math.sqrt(square / correction2) + epsilon);
        }
      }
      const next = xj - eta * (change + rate(weightDecay, j) * xj);
      const kept = single ? Math.fround(next) : next;
      changed ||= kept !== xj;
      x[j] = kept;
    }
    return changed;
  }
}
