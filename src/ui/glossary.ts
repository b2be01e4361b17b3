/** The words of the laboratory, as it uses them. */
export const GLOSSARY = {
  grokking: [
    'grokking',
    'Perfect accuracy on the training samples at once, on unseen ones much later.',
  ],
  lambda: [
    'λ',
    'Dimensions per sample, d/N. At ½ Gaussian data become linearly separable from the origin.',
  ],
  sigma: [
    'σ',
    'Standard deviation of each coordinate of the data. Large σ lets the weights learn before the bias.',
  ],
  replica: ['replica', 'One dataset and one training run.'],
  testTime: ['t_test', 'The time at which test accuracy first rises to a.'],
  trainTime: ['t_train', 'The time at which training accuracy first rises to a.'],
  censored: [
    'not by t_end',
    'The run ended before. That is not never: it counts as later than all times, never as a number.',
  ],
  never: [
    'never',
    'Not by t_end, and the certificate of the dataset proves that accuracy tends to less.',
  ],
  separable: [
    'separable',
    'All samples lie on one side of a plane through the origin; then the weights grow for ever.',
  ],
  certificate: [
    'certificate',
    'A proof that a dataset is separable, with bounds on its margin, or that it is not.',
  ],
  edge: ['λ*', 'Where the time to accuracy a becomes infinite for large data, somewhat beyond ½.'],
} as const;

export type Term = keyof typeof GLOSSARY;
