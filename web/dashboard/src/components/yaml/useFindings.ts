import { useEffect, useState } from 'react';
import { validateYaml } from '../../api/configuration';
import { asProblem } from '../../api/problem';
import { locate, type LocatedFinding, syntaxFindings } from './locate';

const PAUSE_MS = 400;
const AGAIN_MS = 3000;

export interface Findings {
  findings: LocatedFinding[];
  checked: boolean; // they are about the text as it is now
  unavailable: string | null; // why the control plane could not say; it is asked again
}

// The control plane judges once more what is stored, so a check that could not be made keeps nobody from it.
export const isFaulty = ({ findings, checked, unavailable }: Findings): boolean =>
  findings.some((finding) => finding.severity === 'error') || (!checked && unavailable === null);

interface Checked {
  text: string;
  findings: LocatedFinding[];
  unavailable: string | null;
}

// What the server says of the text, once typing pauses.
export function useFindings(text: string, instanceId?: string): Findings {
  const [state, setState] = useState<Checked | null>(null);
  useEffect(() => {
    let outdated = false;
    let timer: ReturnType<typeof setTimeout>;
    const ask = (): void =>
      void check(text, instanceId).then((checked) => {
        if (outdated) return;
        setState(checked);
        if (checked.unavailable !== null) timer = setTimeout(ask, AGAIN_MS);
      });
    timer = setTimeout(ask, PAUSE_MS);
    return () => {
      outdated = true;
      clearTimeout(timer);
    };
  }, [text, instanceId]);
  const { findings = [], unavailable = null } = state ?? {};
  return { findings, unavailable, checked: state?.text === text && unavailable === null };
}

const UNREADABLE = [400, 413, 415, 422]; // what is said of the text itself

async function check(text: string, instanceId: string | undefined): Promise<Checked> {
  const syntax = syntaxFindings(text);
  if (syntax.length > 0) return { text, findings: syntax, unavailable: null };
  try {
    return { text, findings: locate(text, await validateYaml(text, instanceId)), unavailable: null };
  } catch (error) {
    const { status, message } = asProblem(error);
    if (!UNREADABLE.includes(status)) return { text, findings: [], unavailable: message };
    return { text, findings: locate(text, [{ severity: 'error', path: '', message }]), unavailable: null };
  }
}
