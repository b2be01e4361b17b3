import { type CSSResultGroup, css, LitElement, unsafeCSS } from 'lit';
import { query } from 'lit/decorators.js';
import type uPlot from 'uplot';
import uPlotCss from 'uplot/dist/uPlot.min.css?inline';
import { colours, onSchemeChange, type Palette, theme } from './theme.ts';

/**
 * An element around one uPlot: builds it anew when the width or the colour scheme changes, survives
 * being moved in the document, and destroys what it built.
 */
export abstract class PlotElement extends LitElement {
  static override styles: CSSResultGroup = [
    unsafeCSS(uPlotCss),
    theme,
    css`
      :host {
        display: block;
      }
    `,
  ];

  @query('.plot') private readonly target!: HTMLElement | null;
  protected plot: uPlot | undefined;
  #observer: ResizeObserver | undefined;
  #stopScheme = (): void => {};

  /** Makes the plot in `target`; undefined while there is nothing to show. */
  protected abstract build(target: HTMLElement, width: number, palette: Palette): uPlot | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stopScheme = onSchemeChange(() => this.rebuild());
    this.#observer = new ResizeObserver(() => {
      if (this.clientWidth !== this.plot?.width) this.resized();
    });
    this.#observer.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopScheme();
    this.#observer?.disconnect();
    this.#destroy();
  }

  /** Another width, the first one included; builds the plot anew. */
  protected resized(): void {
    this.rebuild();
  }

  protected rebuild(): void {
    this.#destroy();
    if (this.target && this.clientWidth > 0) {
      this.plot = this.build(this.target, this.clientWidth, colours(this));
    }
  }

  #destroy(): void {
    this.plot?.destroy();
    this.plot = undefined;
  }
}
