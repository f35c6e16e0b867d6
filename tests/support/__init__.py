"""What the tests share: clients of what is under test, programs and stacks, random inputs, waiting."""
