import { Button, Group, Stack, Stepper } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { instancePath } from '../../app/paths';
import { createInstance } from '../../api/instances';
import { asProblem } from '../../api/problem';
import { saveFirstPolicy } from '../../api/reconciliation';
import { placeFaults } from '../../components/instanceFields/placeFaults';
import { notifyProblem } from '../../components/notify';
import { PageHeader } from '../../components/PageHeader';
import { Panel } from '../../components/Panel';
import { SubmitForm } from '../../components/SubmitForm';
import { useUnsavedGuard } from '../../components/useUnsavedGuard';
import { AddComponent } from '../../components/yaml/AddComponent';
import { FindingList } from '../../components/yaml/FindingList';
import { isFaulty, useFindings } from '../../components/yaml/useFindings';
import YamlEditor from '../../components/yaml/YamlEditor';
import { DetailsStep } from './DetailsStep';
import { faultsOf, freeName, type InstanceForm, toCreateInstance } from './form';
import { StartStep } from './StartStep';
import type { Beginning } from './upload';
import classes from './Wizard.module.css';

interface Props {
  title: string;
  form: InstanceForm;
  yaml: string | undefined;
  taken: ReadonlySet<string>; // the ids of the fleet
}

const NONE: ReadonlySet<string> = new Set();

export function Wizard({ title, form: suggestion, yaml: initialYaml, taken }: Props) {
  const navigate = useNavigate();
  const [initial] = useState(() => ({ ...suggestion, name: freeName(suggestion.name, taken) }));
  const [step, setStep] = useState(initialYaml === undefined ? 0 : 1);
  const [form, setForm] = useState(initial);
  const [yaml, setYaml] = useState(initialYaml ?? '');
  const begun = useRef({ form: initial, yaml: initialYaml ?? '' });
  const suggested = useRef(initial.name);
  const found = useFindings(yaml);
  const edited = yaml !== begun.current.yaml || JSON.stringify(form) !== JSON.stringify(begun.current.form);
  const { guard, release } = useUnsavedGuard(edited, 'What you entered for the new instance');
  const create = useMutation({
    mutationFn: async () => {
      const created = await createInstance(toCreateInstance(form, yaml));
      if (form.policy)
        await saveFirstPolicy(created.id, form.policy).catch((error: unknown) =>
          notifyProblem('Created, but its policy was not stored', error),
        );
      return created;
    },
    onSuccess: ({ id, desiredState, warnings = [] }) => {
      const runs = desiredState === 'Running';
      if (form.start && !runs) notifyProblem('Created, but it could not be started', new Error(warnings.join('\n')));
      release();
      navigate(instancePath(id) + (runs ? '/pipeline' : ''));
    },
  });
  const { reset } = create;
  useEffect(reset, [form, yaml, reset]);
  // While it is made, its id is taken by itself.
  const faults = faultsOf(form, create.isPending || create.isSuccess ? NONE : taken);
  const refused = create.error ? placeFaults(asProblem(create.error).faults).placed : {};
  const begin = (beginning: Beginning): void => {
    // A file may name the instance; a template only suggests a name, where none was entered.
    const named = { ...beginning.form };
    if (named.id === undefined) {
      const entered = form.name !== '' && form.name !== suggested.current;
      suggested.current = freeName(named.name ?? '', taken);
      named.name = entered ? form.name : suggested.current;
    }
    const next = { ...form, ...named };
    begun.current = { form: next, yaml: beginning.yaml };
    setForm(next);
    setYaml(beginning.yaml);
    setStep(1);
  };
  return (
    <>
      <PageHeader title={title} />
      <Stack gap="md" maw={900}>
        <Stepper
          active={step}
          onStepClick={setStep}
          size="sm"
          allowNextStepsSelect={false}
          iconSize={30}
          wrap={false}
          classNames={{ step: classes.step, stepBody: classes.label }}
        >
          <Stepper.Step label="Start from" />
          <Stepper.Step label="Configuration" />
          <Stepper.Step label="Details" />
        </Stepper>
        {step === 0 && <StartStep onChoose={begin} />}
        {step === 1 && (
          <>
            <Panel title="Configuration" flush actions={<AddComponent yaml={yaml} onChange={setYaml} />}>
              <YamlEditor
                value={yaml}
                onChange={setYaml}
                findings={found.findings}
                label="Configuration"
                height="max(340px, calc(100dvh - 368px))"
              />
            </Panel>
            <FindingList {...found} />
            <Group justify="space-between">
              <Button variant="default" onClick={() => setStep(0)}>
                Back
              </Button>
              <Button disabled={isFaulty(found)} onClick={() => setStep(2)}>
                Continue
              </Button>
            </Group>
          </>
        )}
        {step === 2 && (
          <SubmitForm
            save={create}
            submit={form.start ? 'Create and start' : 'Create'}
            disabled={Object.keys(faults).length > 0}
            problem="The instance was not created"
            back={{ label: 'Back', onClick: () => setStep(1) }}
          >
            <DetailsStep form={form} faults={{ ...refused, ...faults }} onChange={setForm} />
          </SubmitForm>
        )}
      </Stack>
      {guard}
    </>
  );
}
