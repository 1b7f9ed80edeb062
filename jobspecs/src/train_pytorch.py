"""Trains a small network on the images of $DATA_DIR, and leaves it in $RESULT_DIR."""

import os
import pathlib

import torch
from torch import nn
from torch.utils.data import DataLoader

from staged_dataset import StagedDataset

training, testing = (StagedDataset.in_folder(os.environ["DATA_DIR"], part) for part in ("train", "test"))
device = "cuda" if torch.cuda.is_available() else "cpu"
pixels = training.samples[0].size
network = nn.Sequential(nn.Flatten(), nn.Linear(pixels, 128), nn.ReLU(), nn.Linear(128, 10)).to(device)
optimizer = torch.optim.Adam(network.parameters(), lr=0.002)

torch.manual_seed(1)
for epoch in range(2):
    for images, labels in DataLoader(training, batch_size=128, shuffle=True):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(network(images.float().to(device)), labels.to(device))
        loss.backward()
        optimizer.step()

    with torch.no_grad():
        right = sum((network(images.float().to(device)).argmax(1) == labels.to(device)).sum().item()
                    for images, labels in DataLoader(testing, batch_size=1000))
    print(f"epoch {epoch + 1}: loss {loss.item():.4f}, accuracy {right / len(testing):.4f}", flush=True)

torch.save(network.state_dict(), pathlib.Path(os.environ["RESULT_DIR"]) / "network.pt")
