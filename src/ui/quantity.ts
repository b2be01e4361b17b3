/** The quantities of the map in words, and their values as text. */
import { isLogarithmic, type Quantity, type Reading } from '../results/quantities.ts';
import { count, number, powerOfTen, time } from './format.ts';

/** How a quantity is spoken of. */
export interface QuantityWords {
  /** As an axis title has it; `a` stands for the accuracy. */
  readonly symbol: (accuracy: number) => string;
  /** In a list to choose from. */
  readonly name: string;
  /** Over the map. */
  readonly title: string;
  /** What a colour is, in a sentence that ends where the caption goes on. */
  readonly sentence: string;
  /** What `never` means of it. */
  readonly never: string;
}

export const QUANTITY_WORDS: Readonly<Record<Quantity, QuantityWords>> = {
  testTime: {
    symbol: (a) => `t_test(${a})`,
    name: 'grokking time t_test',
    title: 'When does it grok?',
    sentence: 'The time t_test at which test accuracy reaches a, colours logarithmic.',
    never: 'never',
  },
  delay: {
    symbol: (a) => `t_test/t_train(${a})`,
    name: 'delay t_test/t_train',
    title: 'How long is the delay?',
    sentence:
      'By what factor test accuracy reaches a later than training accuracy does, colours logarithmic.',
    never: 'never',
  },
  trainTime: {
    symbol: (a) => `t_train(${a})`,
    name: 'memorisation time t_train',
    title: 'When does it memorise?',
    sentence: 'The time t_train at which training accuracy reaches a, colours logarithmic.',
    never: 'never',
  },
  finalAccuracy: {
    symbol: () => 'test accuracy, t → ∞',
    name: 'final test accuracy',
    title: 'How well does it end?',
    sentence: 'Test accuracy for t → ∞, by the certificates of the datasets.',
    never: 'never',
  },
  endAccuracy: {
    symbol: () => 'test accuracy at the end',
    name: 'test accuracy at the end of the run',
    title: 'How well has it done?',
    sentence: 'Test accuracy where the run ended, at its last threshold or at t_end.',
    never: 'never',
  },
  norm: {
    symbol: () => '‖u∞‖',
    name: 'norm ‖u∞‖',
    title: 'How far do the weights go?',
    sentence: '‖u∞‖, where the weights settle, by the certificates of the datasets.',
    never: 'infinite',
  },
  testLoss: {
    symbol: () => 'largest test loss',
    name: 'largest test loss',
    title: 'How bad does it get?',
    sentence: 'The largest test loss of the run, colours logarithmic.',
    never: 'never',
  },
  separable: {
    symbol: () => 'fraction separable',
    name: 'separable or not',
    title: 'Is it separable?',
    sentence: 'Whether a dataset is separable (1) or not (0), by its certificate.',
    never: 'never',
  },
  gradients: {
    symbol: () => 'gradients',
    name: 'gradients used',
    title: 'What does it cost?',
    sentence: 'Gradient evaluations of the run, colours logarithmic.',
    never: 'never',
  },
};

/** A value on the scale of a quantity, as text. */
export function valueText(value: number, quantity: Quantity): string {
  switch (quantity) {
    case 'testTime':
    case 'trainTime':
      return time(value);
    case 'delay':
      return `${time(value)} ×`;
    case 'gradients':
      return count(10 ** value);
    case 'testLoss':
      return number(10 ** value, 3);
    default:
      return number(value);
  }
}

/** A value where only round ones are, on a colour bar or an axis. */
export function tickText(value: number, quantity: Quantity): string {
  if (!isLogarithmic(quantity)) return number(value, 3);
  return Number.isInteger(value) ? powerOfTen(value) : number(10 ** value, 2);
}

/** A difference of two values: a factor where the quantity is logarithmic. */
export function differenceText(difference: number, quantity: Quantity): string {
  if (isLogarithmic(quantity)) return `${time(difference)} ×`;
  return `${difference > 0 ? '+' : ''}${number(difference, 3)}`;
}

/**
 * A reading of a quantity, or its state, in words.
 * @param end t_end in words: see endOf
 */
export function readingText(reading: Reading, quantity: Quantity, end: string): string {
  switch (reading.state) {
    case 'value':
      return valueText(reading.value, quantity);
    case 'fromStart':
      return 'from the start';
    case 'notBy':
      return `not by ${end}`;
    case 'never':
      return QUANTITY_WORDS[quantity].never;
    case 'none':
      return '–';
  }
}
