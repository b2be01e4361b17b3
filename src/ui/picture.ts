/** A plot as a picture file, with its caption. */
import type uPlot from 'uplot';
import { CANVAS_FONT, type Palette } from './theme.ts';

/** Room for text in CSS pixels. */
const LINE = 18;
const MARGIN = 12;

/** The plot's canvas on its ground, as a PNG, with lines of text under it. */
export function pictureOf(
  { ctx }: uPlot,
  caption: readonly string[],
  { ground, muted }: Palette,
): Promise<Blob> {
  const ratio = devicePixelRatio;
  const { width, height } = ctx.canvas;
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser draws no canvases.');
  context.font = CANVAS_FONT.replace('12', String(12 * ratio));
  const room = width - 2 * MARGIN * ratio;
  const lines = caption.flatMap((text) => wrapped(context, text, room));
  canvas.width = width;
  canvas.height = height + (2 * MARGIN + LINE * lines.length) * ratio;
  context.fillStyle = ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(ctx.canvas, 0, 0);
  // Setting the size has cleared the font.
  context.font = CANVAS_FONT.replace('12', String(12 * ratio));
  context.fillStyle = muted;
  context.textBaseline = 'top';
  lines.forEach((line, k) => {
    context.fillText(line, MARGIN * ratio, height + (MARGIN + LINE * k) * ratio);
  });
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error('The picture cannot be made.'))),
      'image/png',
    );
  });
}

/** Text in lines of at most a width. */
function wrapped(context: CanvasRenderingContext2D, text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && context.measureText(longer).width > room) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
