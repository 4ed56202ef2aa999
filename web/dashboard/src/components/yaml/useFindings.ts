import { useEffect, useState } from 'react';
import { validateYaml } from '../../api/configuration';
import { asProblem } from '../../api/problem';
import { locate, type LocatedFinding, syntaxFindings } from './locate';

const PAUSE_MS = 400;

export interface Findings {
  findings: LocatedFinding[];
  checked: boolean; // they are about the text as it is now
}

// What the server says of the text, once typing pauses.
export function useFindings(text: string, instanceId?: string): Findings {
  const [state, setState] = useState<{ text: string; findings: LocatedFinding[] } | null>(null);
  useEffect(() => {
    let outdated = false;
    const timer = setTimeout(() => {
      void check(text, instanceId).then((findings) => {
        if (!outdated) setState({ text, findings });
      });
    }, PAUSE_MS);
    return () => {
      outdated = true;
      clearTimeout(timer);
    };
  }, [text, instanceId]);
  return { findings: state?.findings ?? [], checked: state?.text === text };
}

async function check(text: string, instanceId: string | undefined): Promise<LocatedFinding[]> {
  const syntax = syntaxFindings(text);
  if (syntax.length > 0) return syntax;
  try {
    return locate(text, await validateYaml(text, instanceId));
  } catch (error) {
    return locate(text, [{ severity: 'error', path: '', message: asProblem(error).message }]);
  }
}
