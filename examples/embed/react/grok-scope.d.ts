import type { GrokScope, GrokScopeEventMap } from 'grokscope/element';
import type { DetailedHTMLProps, HTMLAttributes } from 'react';

type Fields = 'spec' | 'view' | 'controls' | 'src' | 'reveal' | 'engine' | 'theme';
type Handlers = {
  [Name in keyof GrokScopeEventMap as `on${Name}`]: (event: GrokScopeEventMap[Name]) => void;
};

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'grok-scope': DetailedHTMLProps<HTMLAttributes<GrokScope>, GrokScope> &
        Partial<Pick<GrokScope, Fields> & Handlers>;
    }
  }
}
