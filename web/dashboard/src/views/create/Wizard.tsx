import { Button, Group, Stack, Stepper } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { instancePath } from '../../app/paths';
import { createInstance } from '../../api/instances';
import { saveFirstPolicy } from '../../api/reconciliation';
import { notifyProblem } from '../../components/notify';
import { PageHeader } from '../../components/PageHeader';
import { Panel } from '../../components/Panel';
import { ProblemAlert } from '../../components/ProblemAlert';
import { useUnsavedGuard } from '../../components/useUnsavedGuard';
import { AddComponent } from '../../components/yaml/AddComponent';
import { FindingList } from '../../components/yaml/FindingList';
import { isFaulty, useFindings } from '../../components/yaml/useFindings';
import YamlEditor from '../../components/yaml/YamlEditor';
import { DetailsStep } from './DetailsStep';
import { faultsOf, type InstanceForm, toCreateInstance } from './form';
import { StartStep } from './StartStep';
import type { Beginning } from './upload';

interface Props {
  title: string;
  form: InstanceForm;
  yaml: string | undefined;
}

export function Wizard({ title, form: initial, yaml: initialYaml }: Props) {
  const navigate = useNavigate();
  const [step, setStep] = useState(initialYaml === undefined ? 0 : 1);
  const [form, setForm] = useState(initial);
  const [yaml, setYaml] = useState(initialYaml ?? '');
  const begun = useRef({ form: initial, yaml: initialYaml ?? '' });
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
  const begin = (beginning: Beginning): void => {
    // A file may name the instance; a template only suggests a name.
    const named = form.name !== '' && beginning.form.id === undefined ? { name: form.name } : {};
    const next = { ...form, ...beginning.form, ...named };
    begun.current = { form: next, yaml: beginning.yaml };
    setForm(next);
    setYaml(beginning.yaml);
    setStep(1);
  };
  return (
    <>
      <PageHeader title={title} />
      <Stack gap="md" maw={900}>
        <Stepper active={step} onStepClick={setStep} size="sm" allowNextStepsSelect={false} iconSize={30}>
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
                height="min(460px, 55dvh)"
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
          <form
            onSubmit={(event) => {
              event.preventDefault();
              create.mutate();
            }}
          >
            <Stack gap="md">
              <DetailsStep form={form} onChange={setForm} />
              {create.error && <ProblemAlert error={create.error} title="The instance was not created" />}
              <Group justify="space-between">
                <Button variant="default" onClick={() => setStep(1)}>
                  Back
                </Button>
                <Button type="submit" loading={create.isPending} disabled={Object.keys(faultsOf(form)).length > 0}>
                  {form.start ? 'Create and start' : 'Create'}
                </Button>
              </Group>
            </Stack>
          </form>
        )}
      </Stack>
      {guard}
    </>
  );
}
